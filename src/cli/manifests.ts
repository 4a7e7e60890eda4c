import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDnsLabel } from '../core/api/names.ts';
import { faultsError } from '../errors.ts';
import { installManifests } from '../render/install/install-manifests.ts';
import {
  ADMIN_PORT,
  DEFAULT_INSTALL,
  FAILURE_POLICIES,
  type FailurePolicy,
  type InstalledConfig,
  type InstallOptions,
  NAME,
  SCOPES,
  type Scope,
  TLS_SOURCES,
  type TlsSource,
} from '../render/install/install-options.ts';
import { commentLines, manifestText } from '../render/install/manifest-text.ts';
import { VERSION } from '../version.ts';
import type { Output } from './output.ts';
import { readManifest } from './read-manifest.ts';

interface ManifestsFlags {
  readonly tls: TlsSource;
  readonly scope: Scope;
  readonly namespace: string;
  readonly createNamespace: boolean;
  readonly image: string;
  readonly replicas: number;
  readonly failurePolicy: FailurePolicy;
  readonly port: number;
  readonly excludeNamespace: readonly string[];
  readonly priorityClass: string;
  readonly config?: string;
}

export function addManifests(program: Command, output: Output): void {
  const { namespace, tls, scope, replicas, failurePolicy, port, priorityClass } = DEFAULT_INSTALL;
  const choice = (flags: string, help: string, choices: readonly string[], value: string) =>
    new Option(flags, help).choices(choices).default(value);
  program
    .command('manifests')
    .summary('everything to install podherald')
    .description(
      'Writes everything that an installation is made of to standard output, in the order in which it is applied; each risky field has its reason as a comment.',
    )
    .addOption(choice('--tls <source>', 'where the certificate comes from', TLS_SOURCES, tls))
    .addOption(choice('--scope <scope>', 'whose pods are sent', SCOPES, scope))
    .addOption(
      choice('--failure-policy <policy>', 'without podherald', FAILURE_POLICIES, failurePolicy),
    )
    .option(
      '-n, --namespace <name>',
      'where podherald runs: a namespace of its own',
      homeNamespace,
      namespace,
    )
    .option('--no-create-namespace', 'the namespace is there, and stays whose it is')
    .option('--image <image>', 'podherald’s image', imageName, `podherald:${VERSION}`)
    .option('--replicas <number>', 'how many podheralds', replicaCount, replicas)
    .option('--port <number>', 'port of its pods; 10250 on private GKE', podPort, port)
    .option(
      '--exclude-namespace <name>',
      'whose pods are never sent; may be repeated',
      (name, others: readonly string[]) => [...others, namespaceName(name)],
      [],
    )
    .option('--priority-class <name>', 'of its pods; "" for none', priorityClass)
    .option('--config <file>', 'the config to install, or - for standard input')
    .addHelpText('after', EXAMPLES)
    .action((flags: ManifestsFlags) => manifests(flags, output));
}

const EXAMPLES = `
--tls self-managed   podherald makes, renews and publishes its certificate itself
--tls cert-manager   cert-manager does; its controller and CA injector have to be in the cluster
--tls files          you do: a Secret podherald-tls in its namespace, and caBundle in its configuration
--scope all          every pod of the cluster, so that annotations of namespaces just work
--scope labelled     annotated pods, and all pods of namespaces labelled podherald.dev/inject=enabled

The Namespace is one of the manifests, with labels for Pod Security: applying them takes an existing one over, and
deleting them deletes it with all that is in it. With --no-create-namespace it is none of them, nor is the quota that
some clusters want for system priority classes. Pods of podherald’s namespace are never sent to it.

Examples:
  podherald manifests --image registry.example.com/podherald:${VERSION} | kubectl apply -f -
  podherald manifests --tls cert-manager --scope labelled --failure-policy Fail > podherald.yaml
  podherald manifests --config config.yaml --exclude-namespace monitoring | kubectl diff -f -`;

async function manifests(flags: ManifestsFlags, output: Output): Promise<void> {
  const { excludeNamespace, config: file, ...chosen } = flags;
  const { config, exempt } = await installedConfig(file);
  const options: InstallOptions = {
    ...chosen,
    version: VERSION,
    config,
    excludedNamespaces: [...exempt, ...excludeNamespace],
  };
  output.out(header(options) + manifestText(installManifests(options)));
}

function header({ version, tls, scope, failurePolicy }: InstallOptions): string {
  const choices = `--tls ${tls} --scope ${scope} --failure-policy ${failurePolicy}`;
  const title = `podherald ${version}, made by podherald manifests ${choices}`;
  return commentLines(title) + (tls === 'files' ? commentLines(FILES_NOTE) : '');
}

const FILES_NOTE =
  'Still to be made by you: the Secret podherald-tls (type kubernetes.io/tls, for the name <service>.<namespace>.svc) and, in each entry of the MutatingWebhookConfiguration, caBundle.';

/** The file as it is, comments included, and what else of it the manifests are made by. */
async function installedConfig(
  file: string | undefined,
): Promise<{ config: InstalledConfig; exempt: readonly string[] }> {
  if (file === undefined) return { config: DEFAULT_INSTALL.config, exempt: [] };
  const { parseConfig } = await import('../config/parse.ts');
  const { faultLine } = await import('../config/parse.ts');
  const { name, text } = await readManifest(file);
  const parsed = parseConfig(text);
  if ('faults' in parsed) {
    const lines = parsed.faults.map((fault) => faultLine(name, fault));
    throw faultsError('config', lines);
  }
  const { annotationPrefix, namespaces, exempt } = parsed.config;
  const config = { text, annotationPrefix, readsNamespaces: namespaces.annotations };
  return { config, exempt: exempt.namespaces };
}

function namespaceName(name: string): string {
  if (isDnsLabel(name)) return name;
  throw new InvalidArgumentError('A namespace is named by lower-case letters, digits and hyphens.');
}

/** Everybody's namespace and the cluster's own are never podherald's. */
function homeNamespace(name: string): string {
  if (name !== 'default' && !name.startsWith('kube-')) return namespaceName(name);
  throw new InvalidArgumentError(
    `podherald cannot live in ${name}, as no pod of its own namespace is ever sent to it. Name a namespace that it has for itself, such as ${NAME}.`,
  );
}

/** Far from all of the grammar of references: enough to tell an image from a slip of the hand. */
function imageName(image: string): string {
  if (/^[a-zA-Z0-9][\w.:/@-]*$/.test(image)) return image;
  throw new InvalidArgumentError('An image is, for example, registry.example.com/podherald:0.1.0.');
}

function replicaCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 100) return count;
  throw new InvalidArgumentError('Replicas are a number from 1 to 100.');
}

/** Not below 1024, as podherald runs as no privileged user. */
function podPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1024 && port <= 65_535 && port !== ADMIN_PORT) return port;
  throw new InvalidArgumentError(
    `A port of the pods is a number from 1024 to 65535, other than ${ADMIN_PORT}.`,
  );
}
