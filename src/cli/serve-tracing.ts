import type { Logger } from 'pino';
import { VERSION } from '../version.ts';
import type { Tracing } from '../webhook/tracing/request-span.ts';
import { type Environment, readTracingSettings } from '../webhook/tracing/settings.ts';

/**
 * Starts to record spans, if the environment asks for it. OpenTelemetry is loaded only then.
 *
 * @returns undefined if tracing is not configured, or if its configuration is invalid: then the webhook runs without.
 */
export async function tracingOf(env: Environment, log: Logger): Promise<Tracing | undefined> {
  const read = readTracingSettings(env);
  if (read === undefined) return undefined;
  if ('problem' in read) {
    log.error({ problem: read.problem }, 'tracing is off, because its configuration is invalid');
    return undefined;
  }
  const { startTracing } = await import('../webhook/tracing/otlp.ts');
  const { settings } = read;
  log.info({ collector: new URL(settings.url).host }, 'sending spans');
  return startTracing(settings, VERSION, log);
}
