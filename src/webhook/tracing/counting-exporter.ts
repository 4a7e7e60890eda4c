import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { SpanCounts } from './request-span.ts';

/** Counts what becomes of spans, and logs when the collector stops accepting them, and when it does again. */
export class CountingExporter implements SpanExporter, SpanCounts {
  recorded = 0;
  sent = 0;
  failed = 0;
  dropped = 0;
  readonly #exporter: SpanExporter;
  readonly #collector: string;
  readonly #log: Logger;
  #isFailing = false;

  /** @param url of the collector. It may contain a password, so only its host is logged. */
  constructor(exporter: SpanExporter, url: string, log: Logger) {
    this.#exporter = exporter;
    this.#collector = new URL(url).host;
    this.#log = log;
  }

  /** The number of spans that are recorded, and neither sent nor failed. */
  get waiting(): number {
    return this.recorded - this.sent - this.failed;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#succeeded(spans.length);
      else this.#failedWith(spans.length, result.error);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #succeeded(spans: number): void {
    this.sent += spans;
    if (this.#isFailing) this.#log.info({ collector: this.#collector }, 'spans are accepted again');
    this.#isFailing = false;
  }

  /** One line for an outage, however long it takes. The metric shows how many spans are lost. */
  #failedWith(spans: number, error: Error | undefined): void {
    this.failed += spans;
    if (this.#isFailing) return;
    this.#isFailing = true;
    const why = error?.message ?? 'unknown error';
    this.#log.warn(
      { collector: this.#collector, error: why },
      'spans cannot be sent; they are dropped',
    );
  }
}
