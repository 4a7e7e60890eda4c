import type { Clock } from '../../../clock.ts';
import type { CaCluster } from '../../../cluster/ca-cluster.ts';
import type { CertificateSource } from '../certificate-source.ts';
import { Replica, type ReplicaOptions } from './replica.ts';

export interface SelfManagedOptions extends Omit<ReplicaOptions, 'now'> {
  readonly cluster: CaCluster;
  readonly clock: Pick<Clock, 'date' | 'sleep'>;
}

/**
 * Certificates of a CA that all replicas share, and that podherald adds to the caBundle. A round
 * starts whenever the cluster reports a change, and regularly without one.
 */
export function selfManaged({ cluster, clock, ...options }: SelfManagedOptions): CertificateSource {
  const replica = new Replica(cluster, { ...options, now: () => clock.date() });
  const stopping = new AbortController();
  let waking = new AbortController();
  const run = async (onChange: Parameters<CertificateSource['start']>[0]): Promise<void> => {
    while (!stopping.signal.aborted) {
      // A change during a round may come too late for that round, so it starts the next one at once.
      waking = new AbortController();
      const before = replica.pair;
      const pauseMs = await replica.round();
      if (stopping.signal.aborted) return;
      if (replica.pair !== undefined && replica.pair !== before) onChange(replica.pair);
      await clock.sleep(pauseMs, waking.signal);
    }
  };
  return {
    get: () => replica.pair,
    start(onChange) {
      cluster.watch(() => waking.abort(), stopping.signal);
      void run(onChange);
    },
    stop() {
      stopping.abort();
      waking.abort();
    },
    notReady: () => replica.notReady(),
  };
}
