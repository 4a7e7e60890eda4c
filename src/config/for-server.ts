import type { ServerVersion } from '../core/decision/rules.ts';
import type { CompiledConfig } from './compile.ts';
import type { ConfigSource } from './source.ts';

/**
 * A config whose rules know the API server's version, as soon as that is known.
 *
 * @param versionOf asked for every review: it has to be quick.
 */
export function forServer(
  source: ConfigSource,
  versionOf: () => ServerVersion | undefined,
): ConfigSource {
  let from: { readonly config: CompiledConfig; readonly version: ServerVersion } | undefined;
  let known: CompiledConfig | undefined;
  const get = (): CompiledConfig => {
    const config = source.get();
    const version = versionOf();
    if (version === undefined) return config;
    if (known !== undefined && from?.config === config && from.version === version) return known;
    from = { config, version };
    known = withVersion(config, version);
    return known;
  };
  return {
    get,
    start: (listener) => source.start({ ...listener, changed: () => listener.changed(get()) }),
    stop: () => source.stop(),
  };
}

function withVersion(config: CompiledConfig, serverVersion: ServerVersion): CompiledConfig {
  const { rules } = config;
  return { ...config, rules: { ...rules, ambassador: { ...rules.ambassador, serverVersion } } };
}
