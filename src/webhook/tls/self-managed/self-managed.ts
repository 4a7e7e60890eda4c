import type { Clock } from '../../../clock.ts';
import type { CaCluster } from '../../../cluster/ca-cluster.ts';
import type { CertificateSource } from '../certificate-source.ts';
import type { CaEvent } from './events.ts';
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
  let onFailure: Parameters<CertificateSource['start']>[1];
  const report = (event: CaEvent): void => {
    options.report(event);
    if (event.is === 'failed' && event.what === 'certificate') onFailure?.();
  };
  const replica = new Replica(cluster, { ...options, report, now: () => clock.date() });
  const stopping = new AbortController();
  let waking = new AbortController();
  const round = async (onChange: Parameters<CertificateSource['start']>[0]): Promise<number> => {
    const before = replica.pair;
    try {
      const pauseMs = await replica.round();
      const { pair } = replica;
      if (pair !== undefined && pair !== before && !stopping.signal.aborted) onChange(pair);
      return pauseMs;
    } catch (error) {
      // A bug. It must not end a process that serves a valid certificate.
      report({ is: 'failed', what: 'certificate', error: String(error) });
      return options.timing.longestRetryMs;
    }
  };
  const run = async (onChange: Parameters<CertificateSource['start']>[0]): Promise<void> => {
    while (!stopping.signal.aborted) {
      // A change during a round may come too late for that round, so it starts the next one at once.
      waking = new AbortController();
      const pauseMs = await round(onChange);
      if (stopping.signal.aborted) return;
      await clock.sleep(pauseMs, waking.signal);
    }
  };
  return {
    get: () => replica.pair,
    start(onChange, failed) {
      onFailure = failed;
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
