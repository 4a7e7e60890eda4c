import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import {
  BUILT_IN_VERSION,
  defaultRules,
  type Rules,
  type ServerVersion,
} from '../core/decision/rules.ts';
import type { Config } from './schema.ts';

/** A config in the form that podherald works by. */
export interface CompiledConfig {
  readonly rules: Rules;
  readonly namespaces: {
    /** Whether the annotations of namespaces count, and so have to be read. */
    readonly annotations: boolean;
  };
}

export function compile(config: Config, version: string): CompiledConfig {
  const { annotationPrefix, onInvalid, profiles, metadata, ambassador, exempt, namespaces } =
    config;
  return {
    rules: {
      ...defaultRules(version),
      annotationPrefix,
      onInvalid,
      profiles: new Map([...BUILT_IN_PROFILES, ...Object.entries(profiles)]),
      exemptNamespaces: new Set(exempt.namespaces),
      metadata,
      ambassador: { ...ambassador, serverVersion: BUILT_IN_VERSION },
    },
    namespaces,
  };
}

/** Where the config comes from, and comes anew. */
export interface ConfigSource {
  /** The config in force: the last good one. */
  get(): CompiledConfig;
  /** Tells of each later change, good or not, until `stop`. */
  start(told: ConfigListener): void;
  stop(): void;
}

export interface ConfigListener {
  changed(config: CompiledConfig): void;
  /** The config in force stays. Each fault is one line: `file:line:column: path: sentence`. */
  broken(faults: readonly string[]): void;
}

/** The config of an operator who gives no file: it never changes. */
export function defaultConfig(version: string): ConfigSource {
  const config = { rules: defaultRules(version), namespaces: { annotations: true } };
  return { get: () => config, start: () => {}, stop: () => {} };
}

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
