import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { INJECTION_KINDS, type Mutation } from '../../core/admission/mutation.ts';
import { REASONS } from '../../core/decision/reasons.ts';
import type { SpanCounts } from '../tracing/request-span.ts';

/** From 0.1 ms to 1 s, in steps of 1, 2.5 and 5. */
const DURATION_BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];

const FAILURES = Object.entries(REASONS)
  .filter(([, { kind }]) => kind === 'failure')
  .map(([reason]) => reason);

/** Whether a review of a workload or Namespace was answered with warnings. `failed`: podherald itself failed. */
export const WARN_RESULTS = ['warned', 'silent', 'failed'] as const;
export type WarnResult = (typeof WARN_RESULTS)[number];

/** The metrics of one process. No label holds text from a pod. */
export interface Metrics {
  /** Counts a review that took `seconds` from its first byte to its response. */
  review(mutation: Mutation, seconds: number): void;
  /** Counts a review of a workload or Namespace. */
  warned(result: WarnResult): void;
  /** Counts a request that was not answered as a review, by its HTTP status. */
  rejected(statusCode: number): void;
  /** Adds the metric of lines of the log that could not be written. */
  watchLog(droppedLines: () => number): void;
  /** Sets the expiry of the serving certificate. */
  certificateExpires(at: Date): void;
  /** Counts a reload of the certificate: `failure` if the changed one cannot be served. */
  certificateReloaded(result: 'success' | 'failure'): void;
  /** Counts a reload of the config: `failure` if the changed config is invalid. */
  configReloaded(result: 'success' | 'failure'): void;
  /** Adds the metric of the namespace cache. */
  watchNamespaces(isSynced: () => boolean): void;
  /** Adds the metric of spans. */
  watchSpans(counts: () => SpanCounts): void;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** @param version podherald's, for podherald_build_info. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const reviews = new Counter({
    name: 'podherald_reviews_total',
    help: 'Admission reviews by outcome and reason.',
    labelNames: ['outcome', 'reason'] as const,
    registers,
  });
  // These series exist from the start, so that the first failure is an increase from 0.
  for (const reason of FAILURES) reviews.inc({ outcome: 'failed_open', reason }, 0);
  const durations = new Histogram({
    name: 'podherald_review_duration_seconds',
    help: 'Time from the first byte of a review to its response, in seconds.',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const injections = new Counter({
    name: 'podherald_injections_total',
    help: 'Environment variables, volumes and ambassadors added to pods, by kind.',
    labelNames: ['kind'] as const,
    registers,
  });
  const rejected = new Counter({
    name: 'podherald_rejected_requests_total',
    help: 'Requests that were not answered as a review, by HTTP status: 503 means too many bytes at a time, 408 that the body did not arrive in time.',
    labelNames: ['code'] as const,
    registers,
  });
  const expiry = new Gauge({
    name: 'podherald_certificate_expiry_timestamp_seconds',
    help: 'Time at which the serving certificate expires, in seconds since 1970.',
    registers,
  });
  const certificateReloads = reloadCounter(
    'podherald_certificate_reloads_total',
    'Reloads of the serving certificate by result. After a failure, the last valid certificate is still served.',
    registers,
  );
  const configReloaded = countConfigReloads(registers);
  buildInfo(version, registers);
  const warnings = new Counter({
    name: 'podherald_workload_reviews_total',
    help: 'Reviews of workloads and Namespaces by result: `warned`, `silent`, or `failed` if podherald itself failed. They are never changed or rejected.',
    labelNames: ['result'],
    registers,
  });
  for (const result of WARN_RESULTS) warnings.inc({ result }, 0);
  let making: Promise<string> | undefined;
  return {
    review({ outcome, reason, injected }, seconds) {
      reviews.inc({ outcome, reason: reason ?? '' });
      durations.observe(seconds);
      for (const kind of INJECTION_KINDS) {
        if (injected[kind] > 0) injections.inc({ kind }, injected[kind]);
      }
    },
    warned: (result) => warnings.inc({ result }),
    rejected: (statusCode) => rejected.inc({ code: statusCode }),
    watchLog: (droppedLines) => droppedCounter(droppedLines, registers),
    certificateExpires: (at) => expiry.set(at.getTime() / 1000),
    certificateReloaded: (result) => certificateReloads.inc({ result }),
    configReloaded,
    watchNamespaces: (isSynced) => namespaceGauge(isSynced, registers),
    watchSpans: (counts) => spanCounter(counts, registers),
    text() {
      // Requests at the same time share one text: it takes some milliseconds to make.
      making ??= registry.metrics().finally(() => {
        making = undefined;
      });
      return making;
    },
    contentType: registry.contentType,
  };
}

/** Both results exist from the start, so that the first failure already is an increase. */
function reloadCounter(name: string, help: string, registers: Registry[]): Counter<'result'> {
  const reloads = new Counter({ name, help, labelNames: ['result'] as const, registers });
  for (const result of ['success', 'failure'] as const) reloads.inc({ result }, 0);
  return reloads;
}

function countConfigReloads(registers: Registry[]): Metrics['configReloaded'] {
  const reloads = reloadCounter(
    'podherald_config_reloads_total',
    'Reloads of the config by result. After a failure, the last valid config stays in use.',
    registers,
  );
  const isValid = new Gauge({
    name: 'podherald_config_last_reload_successful',
    help: '1 if the config file is valid, 0 while it is invalid and the last valid config is in use.',
    registers,
  });
  isValid.set(1);
  return (result) => {
    reloads.inc({ result });
    isValid.set(result === 'success' ? 1 : 0);
  };
}

function namespaceGauge(isSynced: () => boolean, registers: Registry[]): void {
  new Gauge({
    name: 'podherald_namespace_cache_synced',
    help: '1 while the watch of namespaces is open, 0 while reviews use the last known annotations of namespaces.',
    registers,
    collect() {
      this.set(isSynced() ? 1 : 0);
    },
  });
}

function droppedCounter(droppedLines: () => number, registers: Registry[]): void {
  new Counter({
    name: 'podherald_log_lines_dropped_total',
    help: 'Log lines that could not be written: the disk is full, or nobody reads the log.',
    registers,
    collect() {
      this.reset();
      this.inc(droppedLines());
    },
  });
}

function spanCounter(counts: () => SpanCounts, registers: Registry[]): void {
  new Counter({
    name: 'podherald_spans_total',
    help: 'Spans by result: `sent`, `failed` if the collector did not accept them, `dropped` if too many were waiting. Only if tracing is configured.',
    labelNames: ['result'] as const,
    registers,
    collect() {
      this.reset();
      const { sent, failed, dropped } = counts();
      for (const [result, spans] of Object.entries({ sent, failed, dropped })) {
        this.inc({ result }, spans);
      }
    },
  });
}

function buildInfo(version: string, registers: Registry[]): void {
  const info = new Gauge({
    name: 'podherald_build_info',
    help: 'Always 1. The labels hold the versions of podherald and Node.js.',
    labelNames: ['version', 'node'] as const,
    registers,
  });
  info.set({ version, node: process.version }, 1);
}
