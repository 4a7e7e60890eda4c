import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { CountingExporter } from '../../../src/webhook/tracing/counting-exporter.ts';
import { LEVEL, logLines } from '../../support/log-lines.ts';

it('logs one line when spans begin to fail and one when they are accepted again, without a password', () => {
  const { log, lines } = logLines();
  let code = ExportResultCode.FAILED;
  const collector: SpanExporter = {
    export: (_, done) => done({ code, error: new Error('refused') }),
    shutdown: async () => {},
  };
  const exporter = new CountingExporter(collector, 'http://user:secret@host:4318/v1/traces', log);
  const spans = [{} as ReadableSpan, {} as ReadableSpan];
  exporter.recorded = 8;
  exporter.export(spans, () => {});
  exporter.export(spans, () => {});
  code = ExportResultCode.SUCCESS;
  exporter.export(spans, () => {});

  expect(exporter).toMatchObject({ sent: 2, failed: 4, waiting: 2 });
  expect(lines).toMatchObject([
    { level: LEVEL.warn, collector: 'host:4318', error: 'refused' },
    { level: LEVEL.info, collector: 'host:4318', msg: 'spans are accepted again' },
  ]);
});
