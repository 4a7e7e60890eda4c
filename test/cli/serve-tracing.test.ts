import { describe, expect, it } from 'vitest';
import { postTo } from '../support/https.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { makeReview, REQUESTING_POD } from '../support/review.ts';
import { startPodherald } from '../support/run-program.ts';

const ARGS = ['serve', '--standalone', '--port', '0', '--admin-port', '0', '--log-format', 'json'];
const READY = 'npm run review';

/** Prints the packages of OpenTelemetry that are loaded. prom-client always loads the API, for its exemplars. */
const REPORT_LOADED = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('@opentelemetry/') && !context.parentURL?.includes('/prom-client/')) console.log('loaded ' + specifier);
      return next(specifier, context);
    },
  });
`)}`;

describe('serve', () => {
  it('loads nothing of OpenTelemetry if tracing is not configured', async () => {
    const running = startPodherald(ARGS, { NODE_OPTIONS: REPORT_LOADED });
    expect(await running.until(READY)).not.toContain('loaded @opentelemetry/');
  });

  it('sends the last spans while it shuts down', async () => {
    const receiver = await startOtlpReceiver();
    const running = startPodherald(ARGS, {
      NODE_OPTIONS: REPORT_LOADED,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,k8s.pod.name=podherald-0',
      OTEL_SERVICE_NAME: 'my-podherald',
    });
    const output = await running.until(READY);
    expect(output).toContain('loaded @opentelemetry/');
    const [url = ''] = /https:\S+\/mutate/.exec(output) ?? [];
    const body = JSON.stringify(makeReview(REQUESTING_POD));
    await postTo(url, body, { ca: '', rejectUnauthorized: false });
    const { code } = await running.stop('SIGTERM');

    expect(code).toBe(0);
    expect(receiver.spans.at(-1)).toMatchObject({
      name: 'POST /mutate',
      resource: { 'service.name': 'my-podherald', 'k8s.pod.name': 'podherald-0' },
    });
    expect(receiver.headers[0]).toMatchObject({
      authorization: 'Bearer abc',
      'content-encoding': 'gzip',
    });
  });

  it('serves without tracing, and says why, if the configuration of tracing is invalid', async () => {
    const running = startPodherald(ARGS, { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' });
    const output = await running.until(READY);
    expect(output).toContain('tracing is off, because its configuration is invalid');
    expect(output).toContain('OTEL_EXPORTER_OTLP_ENDPOINT: invalid value');
  });
});
