import {
  type Attributes,
  defaultTextMapGetter,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { CountingExporter } from './counting-exporter.ts';
import { FAILED_OPEN, type ServedRequest, type Tracing } from './request-span.ts';
import type { TracingSettings } from './settings.ts';

/** A span takes some 2 KiB, so all that wait take 4 MiB. With the default sampler, 10 s of 200 pods/s. */
const MAX_WAITING = 2048;

/** How long the shutdown waits for the collector. */
const CLOSE_LIMIT_MS = 3_000;

/**
 * Starts to send spans. Only this file loads OpenTelemetry, so it must be imported only if tracing is
 * configured.
 *
 * @param version podherald's.
 */
export function startTracing(settings: TracingSettings, version: string, log: Logger): Tracing {
  // What fails is counted and logged by the CountingExporter.
  setGlobalErrorHandler(() => {});
  const exporter = new CountingExporter(createExporter(settings.url, log), settings.url, log);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'podherald',
      'service.version': version,
    }).merge(
      detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }),
    ),
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: MAX_WAITING })],
  });
  const tracer = provider.getTracer('podherald', version);
  return {
    served(request) {
      if (exporter.waiting >= MAX_WAITING) exporter.dropped++;
      else if (record(tracer, request)) exporter.recorded++;
    },
    get counts() {
      const { sent, failed, dropped } = exporter;
      return { sent, failed, dropped };
    },
    close: () => within(CLOSE_LIMIT_MS, provider.shutdown()),
  };
}

/** Reports invalid values of the variables that the exporter reads itself. It ignores them. */
function createExporter(url: string, log: Logger): SpanExporter {
  const warn = (message: string): void => log.warn({ problem: message }, 'tracing configuration');
  const ignore = (): void => {};
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });
  const exporter = new OTLPTraceExporter({ url });
  diag.disable();
  return exporter;
}

function samplerOf({ followsParent, ratio }: TracingSettings): Sampler {
  const root = new TraceIdRatioBasedSampler(ratio);
  return followsParent ? new ParentBasedSampler({ root }) : root;
}

const PROPAGATOR = new W3CTraceContextPropagator();

/**
 * Records a span with the attributes of an HTTP server
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
 *
 * @returns false if it is not sampled.
 */
function record(tracer: Tracer, request: ServedRequest): boolean {
  const { headers, route, statusCode, durationMs, review } = request;
  const parent = PROPAGATOR.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  const endMs = Date.now();
  const span = tracer.startSpan(
    `POST ${route}`,
    { kind: SpanKind.SERVER, startTime: endMs - durationMs },
    parent,
  );
  if (!span.isRecording()) return false;
  const attributes: Attributes = {
    'http.request.method': 'POST',
    'http.route': route,
    'url.path': route,
    'url.scheme': 'https',
    'http.response.status_code': statusCode,
    ...review,
  };
  span.setAttributes(attributes);
  if (statusCode >= 500 || review?.['podherald.outcome'] === FAILED_OPEN) {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(endMs);
  return true;
}

/** Waits for a promise, but not longer than this. It does not matter how the promise ends. */
async function within(limitMs: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise.catch(() => {}), limit]);
  clearTimeout(timer);
}
