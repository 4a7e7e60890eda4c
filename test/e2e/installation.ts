import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { kubectl } from './kubectl.ts';
import { Namespace, RUN_LABELS } from './namespace.ts';
import { envNames, firstPod, type KubeObject, type Pod } from './objects.ts';
import { certificateFor, count } from './podherald.ts';
import { until } from './until.ts';

/** podherald's image; hack/e2e makes one for hack/cluster. */
const IMAGE = process.env['PODHERALD_E2E_IMAGE'];

const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';
const NAME = 'podherald';
const PODS = `app.kubernetes.io/name=${NAME}`;

/**
 * podherald as `podherald manifests` installs it, but for what keeps it out of the way of others:
 * objects of the cluster are named after the test's namespace, and its webhook is sent only the
 * pods of namespaces that a test has named.
 */
export class Installation {
  /** Where podherald runs. */
  readonly home: Namespace;
  /** Of its objects in the cluster. */
  readonly clusterName: string;
  #flags: readonly string[] = [];
  #certificate: string | undefined;
  readonly #served: readonly string[];
  readonly #edit: (object: KubeObject) => KubeObject;

  private constructor(home: Namespace, served: readonly string[], edit: Edit) {
    this.home = home;
    this.clusterName = home.name;
    this.#served = [...served, home.name];
    this.#edit = edit;
  }

  /**
   * @param served namespaces whose pods may be sent. Its own is one of them too, so that nothing
   * but its manifests keeps those pods from being sent.
   * @param edit what a test changes in the objects besides.
   */
  static async make(
    served: readonly string[],
    edit: Edit = (object) => object,
  ): Promise<Installation> {
    return new Installation(await Namespace.make(), served, edit);
  }

  /** The objects of these flags of `podherald manifests`. */
  async render(flags: readonly string[]): Promise<KubeObject[]> {
    const where = ['--namespace', this.home.name, '--image', IMAGE ?? ''];
    const text = await manifests([...where, ...flags]);
    const documents = parseAllDocuments(text);
    if ('empty' in documents) throw new Error('podherald manifests wrote nothing');
    return documents.map((document) => this.#edit(this.#kept(document.toJS())));
  }

  async apply(flags: readonly string[], ...options: string[]): Promise<void> {
    this.#flags = flags;
    await kubectl(['apply', ...options, '-f', '-'], list(await this.render(flags)));
  }

  /**
   * What whoever installs with `--tls files` does: a Secret, once, and its authority in each entry
   * that there is now. A Secret that changes would be seen by pods only a minute or more later.
   */
  async bringCertificate(): Promise<void> {
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

  /** Waits until as many replicas as wanted are ready, and none is left of before. */
  async ready(): Promise<void> {
    await this.home.run(['rollout', 'status', `deployment/${NAME}`, '--timeout=90s']);
  }

  /**
   * Waits until pods get what they ask for. A ready replica is not reached yet: kube-proxy takes
   * up to a second to hear of it, and refuses connections until then.
   * @param from a namespace whose pods are sent.
   */
  async reached(from: Namespace): Promise<void> {
    const manifest = JSON.stringify(firstPod('reaching'));
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    await until(
      20,
      () => from.try(args, manifest),
      ({ code, stdout }) => code === 0 && envNames(JSON.parse(stdout).spec).includes('POD_NAME'),
    );
  }

  pods(): Promise<readonly Pod[]> {
    return this.home.podsOf(PODS);
  }

  async podNames(): Promise<string[]> {
    return (await this.pods()).map(({ metadata }) => metadata.name ?? '');
  }

  /** The metrics of one replica, as Prometheus reads them. */
  metrics(pod: string): Promise<string> {
    const path = `/api/v1/namespaces/${this.home.name}/pods/${pod}:8080/proxy/metrics`;
    return kubectl(['get', '--raw', path]);
  }

  /** The replica that most reviews have been sent to. */
  async busiest(): Promise<string> {
    const counts = (await this.podNames()).map(async (name) => {
      const metrics = await this.metrics(name);
      return { name, reviews: count(metrics, 'podherald_reviews_total', 'outcome="injected"') };
    });
    const [first] = (await Promise.all(counts)).sort((one, other) => other.reviews - one.reviews);
    return first?.name ?? '';
  }

  /** How many reviews its replicas have been sent. */
  async reviews(): Promise<number> {
    const metrics = await Promise.all((await this.podNames()).map((name) => this.metrics(name)));
    const counts = metrics.map((text) => count(text, 'podherald_reviews_total', 'outcome='));
    return counts.reduce((sum, each) => sum + each, 0);
  }

  /** How often podherald has been started again in a pod. */
  async restarts(name: string): Promise<number> {
    const pod = await this.home.get<PodWithRestarts>(`pod/${name}`);
    return pod.status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  }

  /**
   * Removes it as docs/operations.md says, with the flags that it was installed with.
   * @param options such as that nobody waits for the end of its namespace.
   */
  async remove(...options: string[]): Promise<void> {
    const gone = [...options, '--ignore-not-found'];
    await kubectl(['delete', 'mutatingwebhookconfiguration', this.clusterName, ...gone]);
    await kubectl(['delete', ...gone, '-f', '-'], list(await this.render(this.#flags)));
  }

  /** What there is of it outside of namespaces, of whatever kind. */
  async traces(): Promise<string[]> {
    const kinds = await kubectl([
      ...['api-resources', '--namespaced=false', '--verbs=list', '-o', 'name'],
    ]);
    const names = await kubectl(['get', kinds.trim().replaceAll('\n', ','), '-o', 'name']);
    return names.split('\n').filter((name) => name.includes(this.clusterName));
  }

  #kept(object: KubeObject): KubeObject {
    const { metadata } = object;
    const labels = { ...metadata.labels, ...RUN_LABELS };
    if (object.kind === 'Deployment') return this.#told(object);
    if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, labels } };
    if (metadata.namespace !== undefined) return object;
    const renamed = { ...metadata, name: this.#renamed(metadata.name ?? ''), labels };
    const ofCluster = { ...object, metadata: renamed };
    if (hasRoleRef(ofCluster)) {
      const roleRef = { ...ofCluster.roleRef, name: this.#renamed(ofCluster.roleRef.name) };
      return { ...ofCluster, roleRef } as KubeObject;
    }
    if (hasRules(ofCluster)) {
      return { ...ofCluster, rules: ofCluster.rules.map(this.#ruled) } as KubeObject;
    }
    return hasWebhooks(ofCluster) ? (this.#limited(ofCluster) as KubeObject) : ofCluster;
  }

  /** The name that an object of the cluster has here instead of its own. */
  #renamed(name: string): string {
    return name.replace(NAME, this.clusterName);
  }

  #ruled = (rule: Rule): Rule =>
    rule.resourceNames === undefined
      ? rule
      : { ...rule, resourceNames: rule.resourceNames.map((name) => this.#renamed(name)) };

  /** Tells podherald the name of its configuration, where it has to know it. */
  #told(object: KubeObject): KubeObject {
    const deployment = structuredClone(object) as unknown as Deployment;
    for (const { args } of deployment.spec.template.spec.containers) {
      if (!args.includes('--self-managed-tls')) continue;
      args.push(`--webhook-configuration=${this.clusterName}`);
    }
    return deployment;
  }

  #limited(configuration: WebhookConfiguration): WebhookConfiguration {
    const key = 'kubernetes.io/metadata.name';
    const limit = { key, operator: 'In', values: this.#served };
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

/** What `podherald manifests` writes. */
export async function manifests(flags: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, 'manifests', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const text = await buffer(child.stdout);
  if ((await ended) !== 0) throw new Error(`podherald manifests ${flags.join(' ')} has failed`);
  return String(text);
}
