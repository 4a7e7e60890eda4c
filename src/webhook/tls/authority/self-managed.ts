import type { CertificateSource } from '../source.ts';
import type { AuthorityCluster, WallClock } from './ports.ts';
import { Replica, type ReplicaOptions } from './replica.ts';

export interface SelfManagedOptions extends Omit<ReplicaOptions, 'now'> {
  readonly cluster: AuthorityCluster;
  readonly clock: WallClock;
}

/**
 * Certificates of a CA that all replicas share, and that the API server is told to trust. A round
 * is begun whenever the cluster tells of a change, and now and then besides.
 */
export function selfManaged({ cluster, clock, ...options }: SelfManagedOptions): CertificateSource {
  const replica = new Replica(cluster, { ...options, now: () => clock.now() });
  const stopping = new AbortController();
  let waking = new AbortController();
  const run = async (onChange: Parameters<CertificateSource['start']>[0]): Promise<void> => {
    while (!stopping.signal.aborted) {
      // What changes while a round is under way may be too late for it, and has the next one begin.
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
