import { type Command, Option } from 'commander';
import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { type CompiledConfig, defaultConfig } from '../config/compile.ts';
import { isObject, type JsonObject } from '../core/api/json.ts';
import { parseServerVersion, type ServerVersion } from '../core/decision/rules.ts';
import { AppError, faultsError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { configOption } from './config.ts';
import { readManifest } from './manifest-files.ts';
import { listPath } from './object-path.ts';

/** The config that a command goes by, and where it is from. */
export interface UsedConfig extends CompiledConfig {
  /** A file, `ConfigMap podherald/podherald`, or what there is without one. */
  readonly name: string;
  /** Why the installed one is not known. */
  readonly trouble?: ApiError;
  /** Where a field stands, such as `config.yaml:3`; nothing where the config does not say it. */
  placeOf(path: readonly string[]): string | undefined;
}

export interface ConfigFlags {
  readonly config?: string;
  readonly installNamespace?: string;
}

/** What `podherald manifests` calls its namespace, its ConfigMap and the file in it. */
const NAME = 'podherald';
const FILE = 'config.yaml';

export function addConfigFlags(command: Command): Command {
  return command
    .addOption(configOption('a config, instead of the one that is installed in the cluster'))
    .addOption(
      new Option(
        '--install-namespace <name>',
        `where podherald is installed (default: ${NAME}, or where its Deployment is found)`,
      ),
    );
}

/**
 * @param found the cluster, or why it is not known which that is.
 * @throws AppError `config` where it is at fault, or not where a flag says.
 */
export async function usedConfig(
  flags: ConfigFlags,
  found: ApiClient | ApiError | undefined,
): Promise<UsedConfig> {
  const config = await findConfig(flags, found);
  const cluster = found instanceof ApiError ? undefined : found;
  const serverVersion = isAway(config) ? undefined : await readVersion(cluster);
  if (serverVersion === undefined) return config;
  const { rules } = config;
  return { ...config, rules: { ...rules, ambassador: { ...rules.ambassador, serverVersion } } };
}

/** Which the ambassador's image follows; everyone may ask for it. */
/** Whether the cluster did not even answer: then it is not asked again. */
export function isAway({ trouble }: UsedConfig): boolean {
  return trouble !== undefined && trouble.status === undefined;
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
    return read(name, text);
  }
  if (cluster === undefined) return unasked(flags);
  if (cluster instanceof ApiError) return unknownConfig(cluster);
  try {
    const installed = await installedConfig(cluster, flags.installNamespace);
    if (installed === undefined) return defaults('no ConfigMap of podherald is installed');
    return read(`ConfigMap ${installed.name}`, installed.text);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return unknownConfig(error);
  }
}

function unasked({ installNamespace }: ConfigFlags): UsedConfig {
  if (installNamespace === undefined) return defaults('no cluster was asked');
  throw new AppError(
    'config',
    `no cluster is configured, to look in its namespace ${installNamespace}`,
  );
}

function unknownConfig({ message, status }: ApiError): UsedConfig {
  const trouble = new ApiError(`${message}; --config can give the config instead`, { status });
  return { ...defaults('the installed config cannot be read'), trouble };
}

function defaults(why: string): UsedConfig {
  return {
    ...defaultConfig(VERSION).get(),
    name: `podherald's defaults (${why})`,
    placeOf: () => undefined,
  };
}

async function read(name: string, text: string): Promise<UsedConfig> {
  const [{ parseConfig }, { compile }, { faultLine }, { configLines }] = await Promise.all([
    import('../config/parse.ts'),
    import('../config/compile.ts'),
    import('../config/parse.ts'),
    import('../config/parse.ts'),
  ]);
  const parsed = parseConfig(text);
  if ('faults' in parsed) {
    const faults = parsed.faults.map((fault) => faultLine(name, fault));
    throw faultsError('config', faults);
  }
  const lineOf = configLines(text);
  return {
    ...compile(parsed.config, VERSION),
    name,
    placeOf(path) {
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
      `there is no ConfigMap ${NAME} with ${FILE} in namespace ${namespace}`,
    );
  }
  const elsewhere = await installNamespace(cluster);
  return elsewhere === undefined ? undefined : configMap(cluster, elsewhere);
}

async function configMap(cluster: ApiClient, namespace: string): Promise<Installed | undefined> {
  const object = await cluster.read(`${listPath('v1', 'configmaps', namespace)}/${NAME}`);
  const data = object?.['data'];
  const text = isObject(data) ? data[FILE] : undefined;
  return typeof text === 'string' ? { name: `${namespace}/${NAME}`, text } : undefined;
}

/** The namespace of the Deployment that is labelled as podherald's; of several, the first. */
async function installNamespace(cluster: ApiClient): Promise<string | undefined> {
  const selector = encodeURIComponent(`app.kubernetes.io/name=${NAME}`);
  try {
    for await (const { items } of cluster.pages(
      `/apis/apps/v1/deployments?labelSelector=${selector}`,
    )) {
      const found = items.map(namespaceOf).find((name) => name !== undefined);
      if (found !== undefined) return found;
    }
  } catch (error) {
    // Who may not look everywhere names the namespace.
    if (!(error instanceof ApiError && error.status === 403)) throw error;
  }
  return undefined;
}

function namespaceOf({ metadata }: JsonObject): string | undefined {
  const name = isObject(metadata) ? metadata['namespace'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
