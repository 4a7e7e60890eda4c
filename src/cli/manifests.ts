import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDnsSubdomain } from '../core/api/names.ts';
import { AppError, faultsError } from '../errors.ts';
import { installManifests } from '../render/install/install-manifests.ts';
import {
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
import { choice, namespaceName } from './arguments.ts';
import { readManifest } from './manifest-files.ts';
import type { Output } from './output.ts';

interface ManifestsFlags {
  readonly tls: TlsSource;
  readonly scope: Scope;
  readonly namespace: string;
  readonly createNamespace: boolean;
  readonly image: string;
  readonly replicas: number;
  readonly failurePolicy: FailurePolicy;
  readonly port: number;
  readonly adminPort: number;
  readonly hostNetwork: boolean;
  readonly imagePullSecret: readonly string[];
  readonly workloadWarnings: boolean;
  readonly excludeNamespace: readonly string[];
  readonly priorityClass: string;
  readonly clientCaSecret: string;
  readonly config?: string;
}

/** Adds `podherald manifests` with its help. */
export function addManifests(program: Command, output: Output): void {
  const { namespace, tls, scope, replicas, failurePolicy, port, adminPort, priorityClass } =
    DEFAULT_INSTALL;
  program
    .command('manifests')
    .summary('print the manifests that install podherald')
    .description(
      'Prints all manifests of an installation, in the order in which kubectl must apply them. Comments explain the fields that carry a risk.',
    )
    .addOption(
      choice('--tls <source>', 'source of the certificate; see below', TLS_SOURCES).default(tls),
    )
    .addOption(
      choice(
        '--scope <scope>',
        'pods that the API server sends to podherald; see below',
        SCOPES,
      ).default(scope),
    )
    .addOption(
      choice(
        '--failure-policy <policy>',
        'what the API server does with pods while podherald is unavailable: admit them without injection (Ignore) or reject them (Fail)',
        FAILURE_POLICIES,
      ).default(failurePolicy),
    )
    .option(
      '-n, --namespace <name>',
      'namespace to install into; use it for podherald only',
      homeNamespace,
      namespace,
    )
    .option('--no-create-namespace', 'use an existing namespace and do not manage it')
    .option('--image <image>', 'image of podherald', imageName, `podherald:${VERSION}`)
    .addOption(
      new Option(
        '--image-pull-secret <name>',
        'Secret in the namespace with credentials for the registry of the image; may be repeated',
      )
        .argParser((name, others: readonly string[]) => [...others, secretName(name)])
        .default([], 'none'),
    )
    .option('--replicas <number>', 'number of replicas', replicaCount, replicas)
    .option(
      '--port <number>',
      'port of the webhook in the pods. On private GKE clusters, 10250 needs no firewall rule',
      podPort,
      port,
    )
    .option(
      '--admin-port <number>',
      'port of /healthz, /readyz and /metrics in the pods',
      podPort,
      adminPort,
    )
    .option(
      '--host-network',
      'use the network of the nodes, for clusters whose API server cannot reach pods, such as EKS with another network plugin than the VPC CNI. Both ports must be free on the nodes',
      false,
    )
    .addOption(
      new Option(
        '--exclude-namespace <name>',
        'namespace whose pods the API server never sends to podherald; may be repeated',
      )
        .argParser((name, others: readonly string[]) => [...others, namespaceName(name)])
        .default([], 'none'),
    )
    .option(
      '--priority-class <name>',
      'PriorityClass of the pods of podherald; "" for none',
      priorityClass,
    )
    .option(
      '--client-ca-secret <name>',
      'Secret with the key ca.crt: podherald then accepts only clients with a certificate of this CA. The API server needs such a certificate first',
      secretName,
      DEFAULT_INSTALL.clientCaSecret,
    )
    .option(
      '--no-workload-warnings',
      'do not warn whoever applies a workload or a Namespace about its annotations',
    )
    .option('--config <file>', 'config file to install, or - for standard input')
    .addHelpText('after', DETAILS)
    .action((flags: ManifestsFlags) => manifests(flags, output));
}

const DETAILS = `
Source of the certificate:
  --tls self-managed   podherald creates and renews the certificate, and sets the caBundle
  --tls cert-manager   cert-manager creates and renews the certificate, and its CA injector sets the caBundle
  --tls files          you create and renew the certificate in the Secret podherald-tls, and set the caBundle

Pods that the API server sends to podherald:
  --scope all          all pods of the cluster; annotations of namespaces work without a label
  --scope labelled     pods with annotations of podherald, and all pods of namespaces labelled podherald.dev/inject=enabled
  The API server never sends the pods in podherald's own namespace.

The manifests include the Namespace of podherald, with labels for Pod Security. If the namespace exists already,
kubectl apply changes its labels. kubectl delete deletes the namespace and everything in it. With --no-create-namespace,
the manifests contain neither the Namespace nor the ResourceQuota that some clusters require for system priority classes.

Examples:
  # Install podherald:
  podherald manifests --image registry.example.com/podherald:${VERSION} | kubectl apply -f -

  # Use cert-manager and reject pods while podherald is unavailable:
  podherald manifests --tls cert-manager --scope labelled --failure-policy Fail > podherald.yaml

  # Show what a new config changes in the cluster:
  podherald manifests --config config.yaml --exclude-namespace monitoring | kubectl diff -f -`;

async function manifests(flags: ManifestsFlags, output: Output): Promise<void> {
  const { excludeNamespace, imagePullSecret, config: file, ...chosen } = flags;
  if (chosen.port === chosen.adminPort) {
    throw new AppError('usage', '--port and --admin-port must differ');
  }
  const { config, exempt } = await installedConfig(file);
  const options: InstallOptions = {
    ...chosen,
    version: VERSION,
    config,
    excludedNamespaces: [...exempt, ...excludeNamespace],
    imagePullSecrets: imagePullSecret,
  };
  output.out(header(options) + manifestText(installManifests(options)));
}

function header({ version, tls, scope, failurePolicy }: InstallOptions): string {
  const choices = `--tls ${tls} --scope ${scope} --failure-policy ${failurePolicy}`;
  const title = `Generated by podherald manifests ${choices} (podherald ${version}).`;
  return commentLines(title) + (tls === 'files' ? commentLines(FILES_NOTE) : '');
}

const FILES_NOTE =
  'You must still create the Secret podherald-tls (type kubernetes.io/tls, with a certificate for <service>.<namespace>.svc) and set caBundle in each webhook of the MutatingWebhookConfiguration.';

/** The text of the config file, and the fields that the manifests depend on. */
async function installedConfig(
  file: string | undefined,
): Promise<{ config: InstalledConfig; exempt: readonly string[] }> {
  if (file === undefined) return { config: DEFAULT_INSTALL.config, exempt: [] };
  const [{ faultLine, parseConfig }, { compile, readsNamespaces }] = await Promise.all([
    import('../config/parse.ts'),
    import('../config/compile.ts'),
  ]);
  const { name, text } = await readManifest(file);
  const parsed = parseConfig(text);
  if ('faults' in parsed) {
    const lines = parsed.faults.map((fault) => faultLine(name, fault));
    throw faultsError('config', lines);
  }
  const { annotationPrefix, exempt } = parsed.config;
  const reads = readsNamespaces(compile(parsed.config, VERSION));
  const config = { text, annotationPrefix, readsNamespaces: reads };
  return { config, exempt: exempt.namespaces };
}

/** The webhook skips the pods of its own namespace, so no other pods may use this namespace. */
function homeNamespace(name: string): string {
  if (name !== 'default' && !name.startsWith('kube-')) return namespaceName(name);
  throw new InvalidArgumentError(
    `podherald never injects into the pods of its own namespace, so it must not share ${name} with other pods. Expected a namespace for podherald only, such as ${NAME}.`,
  );
}

/** Catches typing errors. It does not check the whole grammar of image references. */
function imageName(image: string): string {
  if (/^[a-zA-Z0-9][\w.:/@-]*$/.test(image)) return image;
  throw new InvalidArgumentError(
    'Expected an image, such as registry.example.com/podherald:0.1.0.',
  );
}

function secretName(name: string): string {
  if (isDnsSubdomain(name)) return name;
  throw new InvalidArgumentError(
    'Expected the name of a Secret: lower-case letters, digits, hyphens and dots.',
  );
}

function replicaCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 100) return count;
  throw new InvalidArgumentError('Expected a number from 1 to 100.');
}

/** podherald runs as an unprivileged user, which cannot listen on ports below 1024. */
function podPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1024 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port from 1024 to 65535.');
}
