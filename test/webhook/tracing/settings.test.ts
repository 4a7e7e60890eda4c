import { describe, expect, it } from 'vitest';
import { readTracingSettings } from '../../../src/webhook/tracing/settings.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const DEFAULTS = { url: 'http://collector:4318/v1/traces', followsParent: true, ratio: 1 };

describe('readTracingSettings', () => {
  it.each([
    {},
    { OTEL_SERVICE_NAME: 'podherald' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' },
    { ...ENDPOINT, OTEL_SDK_DISABLED: ' TRUE ' },
    { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
  ])('leaves tracing off with %o', (env) => {
    expect(readTracingSettings(env)).toBeUndefined();
  });

  it.each([
    [ENDPOINT, DEFAULTS],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'false' }, DEFAULTS],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, DEFAULTS],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }, DEFAULTS],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://host/otlp?key=1' },
      { ...DEFAULTS, url: 'https://host/otlp/v1/traces?key=1' },
    ],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://host/own' },
      { ...DEFAULTS, url: 'https://host/own' },
    ],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'always_off' },
      { ...DEFAULTS, followsParent: false, ratio: 0 },
    ],
    [
      {
        ...ENDPOINT,
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      },
      { ...DEFAULTS, ratio: 0.1 },
    ],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio' },
      { ...DEFAULTS, followsParent: false },
    ],
  ])('reads %o', (env, settings) => {
    expect(readTracingSettings(env)).toEqual({ settings });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'grpc://c' }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER'],
    [{ ...ENDPOINT, OTEL_TRACES_SAMPLER: 'toString' }, 'OTEL_TRACES_SAMPLER'],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1.5' },
      'OTEL_TRACES_SAMPLER_ARG',
    ],
  ])('says what is wrong with %o', (env, name) => {
    const read = readTracingSettings(env);
    expect(read).toEqual({ problem: expect.stringMatching(`^${name}: invalid value`) });
  });

  it('suggests the nearest sampler', () => {
    const read = readTracingSettings({ ...ENDPOINT, OTEL_TRACES_SAMPLER: 'allways_on' });
    expect(read).toEqual({ problem: expect.stringContaining('did you mean always_on?') });
  });
});
