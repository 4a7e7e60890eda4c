import { namespaceLabelsOf } from '../core/decision/env-source.ts';
import { BUILT_IN_PROFILES, type Profile } from '../core/decision/profiles.ts';
import {
  BUILT_IN_VERSION,
  defaultRules,
  type Rules,
  type ServerVersion,
} from '../core/decision/rules.ts';
import type { Config } from './schema.ts';

/** A config in the form that injection uses. */
export interface CompiledConfig {
  readonly rules: Rules;
  readonly namespaces: {
    /** Whether annotations of namespaces are the defaults of their pods. */
    readonly annotations: boolean;
  };
}

/** @param version the version of podherald, for the status annotation. */
export function compile(config: Config, version: string): CompiledConfig {
  const { annotationPrefix, onInvalid, metadata, exempt, namespaces, cluster, otel } = config;
  const profiles = new Map([...BUILT_IN_PROFILES, ...Object.entries(config.profiles)]);
  return {
    rules: {
      ...defaultRules(version),
      annotationPrefix,
      onInvalid,
      profiles,
      exemptNamespaces: new Set(exempt.namespaces),
      metadata,
      ...(cluster.name !== undefined && { clusterName: cluster.name }),
      namespaceLabels: new Set([...namespaces.labels, ...usedLabels(profiles.values())]),
      otel,
      ambassador: { ...config.ambassador, serverVersion: BUILT_IN_VERSION },
      podTemplates: new Map(
        Object.entries(config.podTemplates).map(([kind, paths]) => [kind, paths.map(fieldsOf)]),
      ),
    },
    namespaces: { annotations: namespaces.annotations },
  };
}

/** The labels of namespaces that profiles use. */
function usedLabels(profiles: Iterable<Profile>): string[] {
  return [...profiles].flatMap(({ env }) => namespaceLabelsOf(env.map(({ source }) => source)));
}

/** Whether podherald has to read namespaces from the API server. */
export function readsNamespaces({ rules, namespaces }: CompiledConfig): boolean {
  return namespaces.annotations || rules.namespaceLabels.size > 0;
}

/** `spec.jobs[*].template` as `['spec', 'jobs', '*', 'template']`. */
function fieldsOf(path: string): string[] {
  return path.replaceAll('[*]', '.*').split('.');
}

/** A config that can change. */
export interface ConfigSource {
  /** The last valid config. */
  get(): CompiledConfig;
  /** Reports each change until `stop`. */
  start(listener: ConfigListener): void;
  stop(): void;
}

/** Receives the changes of a config. */
export interface ConfigListener {
  changed(config: CompiledConfig): void;
  /**
   * The changed config is invalid, and the last valid config stays in use.
   *
   * @param faults one line each: `file:line:column: path: message`.
   */
  broken(faults: readonly string[]): void;
}

/** The config if there is no config file: all defaults, and it never changes. */
export function defaultConfig(version: string): ConfigSource {
  const config = { rules: defaultRules(version), namespaces: { annotations: true } };
  return { get: () => config, start: () => {}, stop: () => {} };
}

/**
 * Adds the version of the API server to the rules of a config, as soon as that version is known.
 *
 * @param versionOf is called for every review, so it must be fast.
 */
export function withServerVersion(
  source: ConfigSource,
  versionOf: () => ServerVersion | undefined,
): ConfigSource {
  let from: { readonly config: CompiledConfig; readonly version: ServerVersion } | undefined;
  let cached: CompiledConfig | undefined;
  const get = (): CompiledConfig => {
    const config = source.get();
    const version = versionOf();
    if (version === undefined) return config;
    if (cached !== undefined && from?.config === config && from.version === version) return cached;
    from = { config, version };
    cached = withVersion(config, version);
    return cached;
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
