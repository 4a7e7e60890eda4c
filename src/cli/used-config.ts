import type { Command } from 'commander';
import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { type CompiledConfig, compile, defaultConfig } from '../config/compile.ts';
import { isObject } from '../core/api/json.ts';
import { parseServerVersion, type ServerVersion } from '../core/decision/rules.ts';
import { objectAt } from '../diagnosis/object-metadata.ts';
import { AppError, faultsError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { configOption } from './config.ts';
import { readManifest } from './manifest-files.ts';
import { listPath } from './object-path.ts';

/** The config that a command uses, and where it comes from. */
export interface UsedConfig extends CompiledConfig {
  /** A file name, `ConfigMap podherald/podherald`, or `built-in config` and why it is used. */
  readonly name: string;
  /** Why the installed config is unreadable. The built-in config is used instead. */
  readonly unreadable?: ApiError;
  /** The location of a field, such as `config.yaml:3`; undefined if the config does not set it. */
  locationOf(path: readonly string[]): string | undefined;
}

export interface ConfigFlags {
  readonly config?: string;
  readonly installNamespace?: string;
}

/** The name that `podherald manifests` gives to its namespace and its ConfigMap. */
const NAME = 'podherald';

/** The key of the config in the ConfigMap. */
const KEY = 'config.yaml';

/** Adds the flags that choose the config of explain and audit. */
export function addConfigFlags(command: Command): Command {
  return addInstallNamespace(
    command.addOption(
      configOption('config file to use instead of the config installed in the cluster'),
    ),
  );
}

/** Adds the flag that says where the installed config is. */
export function addInstallNamespace(command: Command): Command {
  return command.option(
    '--install-namespace <name>',
    `namespace where podherald is installed (default: ${NAME}, else the namespace of its Deployment)`,
  );
}

/**
 * The config of `--config`, else the one that is installed in the cluster, else the built-in
 * config. If the cluster tells its version, the image of the ambassador follows it.
 *
 * @param found the cluster, the error that kept it from being found, or undefined if none is configured.
 * @throws AppError `config` if the config is invalid, or not in the namespace of `--install-namespace`.
 */
export async function usedConfig(
  flags: ConfigFlags,
  found: ApiClient | ApiError | undefined,
): Promise<UsedConfig> {
  const config = await findConfig(flags, found);
  const cluster = found instanceof ApiError ? undefined : found;
  const serverVersion = isClusterUnreachable(config) ? undefined : await readVersion(cluster);
  if (serverVersion === undefined) return config;
  const { rules } = config;
  return { ...config, rules: { ...rules, ambassador: { ...rules.ambassador, serverVersion } } };
}

/** Whether the cluster did not answer at all, so that no other request needs to be tried. */
export function isClusterUnreachable({ unreadable }: UsedConfig): boolean {
  return unreadable !== undefined && unreadable.status === undefined;
}

async function readVersion(cluster: ApiClient | undefined): Promise<ServerVersion | undefined> {
  const answer = await cluster?.read('/version').catch(() => undefined);
  const version = answer?.['gitVersion'];
  return typeof version === 'string' ? parseServerVersion(version) : undefined;
}

async function findConfig(
  flags: ConfigFlags,
  cluster: ApiClient | ApiError | undefined,
): Promise<UsedConfig> {
  if (flags.config !== undefined && flags.config !== '') {
    const { name, text } = await readManifest(flags.config);
    return compiled(name, text);
  }
  if (cluster === undefined) return withoutCluster(flags);
  if (cluster instanceof ApiError) return unreadableConfig(cluster);
  try {
    const installed = await installedConfig(cluster, flags.installNamespace);
    if (installed === undefined)
      return builtIn('the cluster has no ConfigMap of podherald with config.yaml');
    return compiled(`ConfigMap ${installed.name}`, installed.text);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return unreadableConfig(error);
  }
}

/**
 * The config that a text contains, or the built-in config without a text.
 *
 * @param name what to call the text in errors.
 * @throws AppError `config` if the config is invalid.
 */
export function configFromText(name: string, text: string | undefined): Promise<CompiledConfig> {
  return text === undefined ? Promise.resolve(defaultConfig(VERSION).get()) : compiled(name, text);
}

function withoutCluster({ installNamespace }: ConfigFlags): UsedConfig {
  if (installNamespace === undefined) return builtIn('no cluster is configured');
  throw new AppError(
    'config',
    `--install-namespace ${installNamespace} needs a cluster, but none is configured: set KUBECONFIG or create ~/.kube/config`,
  );
}

function unreadableConfig({ message, status }: ApiError): UsedConfig {
  const unreadable = new ApiError(
    `the installed config is unreadable: ${message}; pass a config file with --config`,
    { status },
  );
  return { ...builtIn('the installed config is unreadable'), unreadable };
}

function builtIn(why: string): UsedConfig {
  return {
    ...defaultConfig(VERSION).get(),
    name: `built-in config (${why})`,
    locationOf: () => undefined,
  };
}

async function compiled(name: string, text: string): Promise<UsedConfig> {
  const { parseConfig, faultLine, configLines } = await import('../config/parse.ts');
  const parsed = parseConfig(text);
  if ('faults' in parsed) {
    const faults = parsed.faults.map((fault) => faultLine(name, fault));
    throw faultsError('config', faults);
  }
  const lineOf = configLines(text);
  return {
    ...compile(parsed.config, VERSION),
    name,
    locationOf(path) {
      const line = lineOf(path);
      return line === undefined ? undefined : `${name}:${line}`;
    },
  };
}

interface Installed {
  readonly name: string;
  readonly text: string;
}

async function installedConfig(
  cluster: ApiClient,
  namespace: string | undefined,
): Promise<Installed | undefined> {
  const usual = await configMap(cluster, namespace ?? NAME);
  if (usual !== undefined) return usual;
  if (namespace !== undefined) {
    throw new AppError(
      'config',
      `--install-namespace ${namespace}: the namespace has no ConfigMap ${NAME} with the key ${KEY}`,
    );
  }
  const elsewhere = await installNamespace(cluster);
  return elsewhere === undefined ? undefined : configMap(cluster, elsewhere);
}

async function configMap(cluster: ApiClient, namespace: string): Promise<Installed | undefined> {
  const object = await cluster.read(`${listPath('v1', 'configmaps', namespace)}/${NAME}`);
  const data = object?.['data'];
  const text = isObject(data) ? data[KEY] : undefined;
  return typeof text === 'string' ? { name: `${namespace}/${NAME}`, text } : undefined;
}

/** The namespace of the Deployment that has the label of podherald; of several, the first. */
async function installNamespace(cluster: ApiClient): Promise<string | undefined> {
  const selector = encodeURIComponent(`app.kubernetes.io/name=${NAME}`);
  try {
    for await (const { items } of cluster.pages(
      `/apis/apps/v1/deployments?labelSelector=${selector}`,
    )) {
      const namespaces = items.map((item) => objectAt(item, 'metadata')['namespace']);
      const found = namespaces.find((name) => typeof name === 'string');
      if (found !== undefined) return found;
    }
  } catch (error) {
    // A user without permission to list all Deployments can pass --install-namespace.
    if (!(error instanceof ApiError && error.status === 403)) throw error;
  }
  return undefined;
}
