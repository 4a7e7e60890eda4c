import { didYouMean, quote } from '../../core/decision/values.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where spans are sent, and how many of them. */
export interface TracingSettings {
  /** The full URL, such as `http://collector:4318/v1/traces`. */
  readonly url: string;
  /** Whether spans with a parent are sampled exactly if the parent is. */
  readonly followsParent: boolean;
  /** The ratio of traces to sample, from 0 to 1; with `followsParent`, of those without a parent. */
  readonly ratio: number;
}

/** The tracing that the environment asks for, or why it cannot be used. */
export type ReadSettings =
  | { readonly settings: TracingSettings }
  | { readonly problem: string }
  | undefined;

const TRACES_PATH = 'v1/traces';

/**
 * Reads the standard variables of OpenTelemetry
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). As in the standard, an empty
 * variable is the same as an absent one. The exporter itself reads those for its headers, timeout, compression and TLS.
 *
 * @returns undefined if tracing is not configured.
 */
export function readTracingSettings(env: Environment): ReadSettings {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const tracesEndpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (!(tracesEndpoint || endpoint)) return undefined;
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  const exporter = env['OTEL_TRACES_EXPORTER'] || 'otlp';
  if (exporter === 'none') return undefined;
  if (exporter !== 'otlp') return expected('OTEL_TRACES_EXPORTER', exporter, 'otlp or none');
  const protocol = protocolOf(env);
  if (protocol.value !== PROTOCOL) return expected(protocol.name, protocol.value, PROTOCOL);
  const url = tracesEndpoint
    ? readUrl('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', tracesEndpoint)
    : readUrl('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint ?? '', TRACES_PATH);
  if ('problem' in url) return url;
  const sampling = readSampler(env);
  return 'problem' in sampling ? sampling : { settings: { ...url, ...sampling } };
}

interface Problem {
  readonly problem: string;
}

function expected(name: string, value: string, words: string): Problem {
  return { problem: `${name}: invalid value ${quote(value)}: expected ${words}` };
}

/** The only protocol that podherald speaks. It is the default of the standard. */
const PROTOCOL = 'http/protobuf';

function protocolOf(env: Environment): { readonly name: string; readonly value: string } {
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const value = env[name];
    if (value) return { name, value };
  }
  return { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: PROTOCOL };
}

/** @param path is added to the path of the URL. */
function readUrl(name: string, text: string, path?: string): { readonly url: string } | Problem {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return expected(name, text, 'a URL that starts with http:// or https://');
  }
  if (path !== undefined) url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return { url: url.href };
}

/** The samplers of the standard; undefined as ratio means that of OTEL_TRACES_SAMPLER_ARG. */
const SAMPLERS = {
  parentbased_always_on: { followsParent: true, ratio: 1 },
  parentbased_always_off: { followsParent: true, ratio: 0 },
  parentbased_traceidratio: { followsParent: true, ratio: undefined },
  always_on: { followsParent: false, ratio: 1 },
  always_off: { followsParent: false, ratio: 0 },
  traceidratio: { followsParent: false, ratio: undefined },
} as const;

function readSampler(env: Environment): Omit<TracingSettings, 'url'> | Problem {
  const name = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on';
  if (!isSampler(name)) {
    const names = Object.keys(SAMPLERS);
    return expected(
      'OTEL_TRACES_SAMPLER',
      name,
      `one of ${names.join(', ')}${didYouMean(name, names)}`,
    );
  }
  const { followsParent, ratio } = SAMPLERS[name];
  if (ratio !== undefined) return { followsParent, ratio };
  const argument = env['OTEL_TRACES_SAMPLER_ARG'] || '1';
  const read = Number(argument);
  if (read >= 0 && read <= 1) return { followsParent, ratio: read };
  return expected('OTEL_TRACES_SAMPLER_ARG', argument, 'a number from 0 to 1');
}

function isSampler(name: string): name is keyof typeof SAMPLERS {
  return Object.hasOwn(SAMPLERS, name);
}
