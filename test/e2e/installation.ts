import { parseAllDocuments } from 'yaml';
import { kubectl, tryKubectl } from './kubectl.ts';
import { Namespace, RUN_LABELS } from './namespace.ts';
import { envNames, firstPod, type KubeObject, type Pod } from './objects.ts';
import { certificateFor, count } from './podherald.ts';
import { podheraldOutput } from './podherald-cli.ts';
import { IMAGE } from './podherald-pod.ts';
import { until } from './until.ts';

const NAME = 'podherald';
const POD_SELECTOR = `app.kubernetes.io/name=${NAME}`;

/** Whether cert-manager is installed. hack/e2e runs it for the cluster of hack/cluster. */
export async function hasCertManager(): Promise<boolean> {
  return (await tryKubectl(['get', 'crd', 'certificates.cert-manager.io'])).code === 0;
}

/**
 * podherald as `podherald manifests` installs it, with two changes that keep tests apart: its
 * cluster-scoped objects are named after its namespace, and its webhook applies only to the
 * namespaces that a test selects.
 */
export class Installation {
  /** The namespace that podherald runs in. */
  readonly home: Namespace;
  /** The name of its cluster-scoped objects. */
  readonly clusterName: string;
  #flags: readonly string[] = [];
  #certificate: string | undefined;
  readonly #selected: readonly string[];
  readonly #edit: (object: KubeObject) => KubeObject;

  private constructor(home: Namespace, selected: readonly string[], edit: Edit) {
    this.home = home;
    this.clusterName = home.name;
    this.#selected = [...selected, home.name];
    this.#edit = edit;
  }

  /**
   * @param selected the namespaces to which the webhook can apply. The namespace of podherald is
   * always one of them, so that only its manifests exclude it.
   * @param edit further changes of a test to the objects
   */
  static async make(
    selected: readonly string[],
    edit: Edit = (object) => object,
  ): Promise<Installation> {
    return new Installation(await Namespace.make(), selected, edit);
  }

  /** Returns the objects that `podherald manifests` prints with these flags, with the changes. */
  async render(flags: readonly string[]): Promise<KubeObject[]> {
    const options = ['--namespace', this.home.name, '--image', IMAGE ?? ''];
    const text = await manifests([...options, ...flags]);
    const documents = parseAllDocuments(text);
    if ('empty' in documents) throw new Error('podherald manifests printed no object');
    return documents.map((document) => this.#edit(this.#isolated(document.toJS())));
  }

  async apply(flags: readonly string[], ...options: string[]): Promise<void> {
    this.#flags = flags;
    await kubectl(['apply', ...options, '-f', '-'], list(await this.render(flags)));
  }

  /**
   * Does what a user of `--tls files` does: creates the Secret with a certificate, and sets the
   * caBundle of each webhook. Keeps an existing certificate, because pods see a changed Secret
   * only a minute or more later.
   */
  async provideCertificate(): Promise<void> {
    this.#certificate ??= await this.#makeCertificate();
    const value = Buffer.from(this.#certificate).toString('base64');
    const { webhooks } = await this.webhook();
    const patch = webhooks.map((_, index) => ({
      op: 'add',
      path: `/webhooks/${index}/clientConfig/caBundle`,
      value,
    }));
    const target = ['mutatingwebhookconfiguration', this.clusterName];
    await kubectl(['patch', ...target, '--type=json', `--patch=${JSON.stringify(patch)}`]);
  }

  async #makeCertificate(): Promise<string> {
    const { cert, key } = await certificateFor([`${NAME}.${this.home.name}.svc`], [], new Date());
    await this.home.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'podherald-tls' },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': cert, 'tls.key': key },
    });
    return cert;
  }

  async webhook(): Promise<WebhookConfiguration> {
    const target = ['mutatingwebhookconfiguration', this.clusterName];
    return JSON.parse(await kubectl(['get', ...target, '-o', 'json']));
  }

  caBundles = async (): Promise<(string | undefined)[]> =>
    (await this.webhook()).webhooks.map(({ clientConfig }) => clientConfig.caBundle);

  /** Waits until all replicas are ready and no replica of an earlier version is left. */
  async ready(): Promise<void> {
    await this.home.run(['rollout', 'status', `deployment/${NAME}`, '--timeout=90s']);
  }

  /**
   * Waits until podherald injects pods. A ready replica may still be unreachable: kube-proxy takes
   * up to a second to notice it, and rejects connections until then.
   * @param from a namespace to which the webhook applies
   */
  async reached(from: Namespace): Promise<void> {
    const manifest = JSON.stringify(firstPod('probe'));
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    await until(
      20,
      () => from.try(args, manifest),
      ({ code, stdout }) => code === 0 && envNames(JSON.parse(stdout).spec).includes('POD_NAME'),
    );
  }

  pods(): Promise<readonly Pod[]> {
    return this.home.podsOf(POD_SELECTOR);
  }

  async podNames(): Promise<string[]> {
    return (await this.pods()).map(({ metadata }) => metadata.name ?? '');
  }

  /** Returns the metrics of one replica, in the text format of Prometheus. */
  metrics(pod: string): Promise<string> {
    const path = `/api/v1/namespaces/${this.home.name}/pods/${pod}:8080/proxy/metrics`;
    return kubectl(['get', '--raw', path]);
  }

  /** Returns the name of the replica that has got the most reviews. */
  async busiest(): Promise<string> {
    const counts = (await this.podNames()).map(async (name) => {
      const metrics = await this.metrics(name);
      return { name, reviews: count(metrics, 'podherald_reviews_total', 'outcome="injected"') };
    });
    const [first] = (await Promise.all(counts)).sort((one, other) => other.reviews - one.reviews);
    return first?.name ?? '';
  }

  /** Returns how many reviews all replicas have got. */
  async reviews(): Promise<number> {
    const metrics = await Promise.all((await this.podNames()).map((name) => this.metrics(name)));
    const counts = metrics.map((text) => count(text, 'podherald_reviews_total', 'outcome='));
    return counts.reduce((sum, each) => sum + each, 0);
  }

  /** Returns how often the containers of a pod have been restarted. */
  async restarts(name: string): Promise<number> {
    const pod = await this.home.get<PodWithRestarts>(`pod/${name}`);
    return pod.status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  }

  /**
   * Uninstalls it as docs/operations.md describes, with the flags of the installation.
   * @param options options of `kubectl delete`, such as `--wait=false`
   */
  async remove(...options: string[]): Promise<void> {
    const all = [...options, '--ignore-not-found'];
    await kubectl(['delete', 'mutatingwebhookconfiguration', this.clusterName, ...all]);
    await kubectl(['delete', ...all, '-f', '-'], list(await this.render(this.#flags)));
  }

  /** Returns the names of its cluster-scoped objects, of all kinds. */
  async clusterObjects(): Promise<string[]> {
    const kinds = await kubectl([
      ...['api-resources', '--namespaced=false', '--verbs=list', '-o', 'name'],
    ]);
    const names = await kubectl(['get', kinds.trim().replaceAll('\n', ','), '-o', 'name']);
    return names.split('\n').filter((name) => name.includes(this.clusterName));
  }

  /** Renames and labels cluster-scoped objects, and limits the webhook to the selected namespaces. */
  #isolated(object: KubeObject): KubeObject {
    const { metadata } = object;
    const labels = { ...metadata.labels, ...RUN_LABELS };
    if (object.kind === 'Deployment') return this.#withWebhookName(object);
    if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, labels } };
    if (metadata.namespace !== undefined) return object;
    const renamed = { ...metadata, name: this.#renamed(metadata.name ?? ''), labels };
    const clusterScoped = { ...object, metadata: renamed };
    if (hasRoleRef(clusterScoped)) {
      const roleRef = { ...clusterScoped.roleRef, name: this.#renamed(clusterScoped.roleRef.name) };
      return { ...clusterScoped, roleRef } as KubeObject;
    }
    if (hasRules(clusterScoped)) {
      return { ...clusterScoped, rules: clusterScoped.rules.map(this.#renamedRule) } as KubeObject;
    }
    return hasWebhooks(clusterScoped)
      ? (this.#limited(clusterScoped) as KubeObject)
      : clusterScoped;
  }

  #renamed(name: string): string {
    return name.replace(NAME, this.clusterName);
  }

  #renamedRule = (rule: Rule): Rule =>
    rule.resourceNames === undefined
      ? rule
      : { ...rule, resourceNames: rule.resourceNames.map((name) => this.#renamed(name)) };

  /** With self-managed certificates, podherald must know the name of its webhook configuration. */
  #withWebhookName(object: KubeObject): KubeObject {
    const deployment = structuredClone(object) as unknown as Deployment;
    for (const { args } of deployment.spec.template.spec.containers) {
      if (!args.includes('--self-managed-tls')) continue;
      args.push(`--webhook-configuration=${this.clusterName}`);
    }
    return deployment;
  }

  #limited(configuration: WebhookConfiguration): WebhookConfiguration {
    const key = 'kubernetes.io/metadata.name';
    const limit = { key, operator: 'In', values: this.#selected };
    const webhooks = configuration.webhooks.map((webhook) => {
      const { matchExpressions } = webhook.namespaceSelector;
      return { ...webhook, namespaceSelector: { matchExpressions: [...matchExpressions, limit] } };
    });
    return { ...configuration, webhooks };
  }
}

type Edit = (object: KubeObject) => KubeObject;

interface PodWithRestarts {
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}

interface WebhookConfiguration extends KubeObject {
  readonly webhooks: readonly {
    readonly clientConfig: { readonly caBundle?: string };
    readonly namespaceSelector: { readonly matchExpressions: readonly object[] };
  }[];
}

interface Rule {
  readonly resourceNames?: readonly string[];
}

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { args: string[] }[] } };
  };
}

function hasRules(object: KubeObject): object is KubeObject & { readonly rules: readonly Rule[] } {
  return 'rules' in object;
}

function hasWebhooks(object: KubeObject): object is WebhookConfiguration {
  return 'webhooks' in object;
}

function hasRoleRef(
  object: KubeObject,
): object is KubeObject & { readonly roleRef: { readonly name: string } } {
  return 'roleRef' in object;
}

function list(items: readonly KubeObject[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** Returns what `podherald manifests` prints with these flags. */
export function manifests(flags: readonly string[]): Promise<string> {
  return podheraldOutput(['manifests', ...flags]);
}
