import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHART, type Helm, helm, setJson } from './helm.ts';
import { kubectl } from './kubectl.ts';
import { Namespace, RUN_LABELS } from './namespace.ts';
import { envNames, firstPod } from './objects.ts';
import { IMAGE } from './podherald-pod.ts';
import { until } from './until.ts';

/**
 * A release of the chart. To keep tests apart, a copy of the chart names its cluster-scoped objects after its namespace,
 * and its webhook applies only to one namespace.
 */
export class Release {
  readonly home: Namespace;
  readonly #folder: string;
  readonly #target: Namespace;

  private constructor(home: Namespace, folder: string, target: Namespace) {
    this.home = home;
    this.#folder = folder;
    this.#target = target;
  }

  /** @param target the namespace whose pods are sent to podherald */
  static async make(target: Namespace): Promise<Release> {
    const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
    await cp(CHART, folder, { recursive: true });
    const home = await Namespace.make();
    const helpers = join(folder, 'templates/_helpers.tpl');
    const define = '{{- define "podherald.clusterName" -}}';
    const text = await readFile(helpers, 'utf8');
    await writeFile(helpers, text.replace(`${define}podherald`, `${define}${home.name}`));
    return new Release(home, folder, target);
  }

  /** `helm install`. */
  install(program: Helm, values: object, ...options: string[]): Promise<string> {
    return helm(program, ['install', ...this.#chart(values), ...WAIT, ...options]);
  }

  /** `helm upgrade`, with a new revision of the Deployment. */
  upgrade(program: Helm, values: object, ...options: string[]): Promise<string> {
    return helm(program, ['upgrade', ...this.#chart(values), ...WAIT, ...options]);
  }

  rollback(program: Helm, revision: number, ...options: string[]): Promise<string> {
    const args = ['rollback', NAME, String(revision), '--namespace', this.home.name];
    return helm(program, [...args, ...WAIT, ...options]);
  }

  /** Uninstalls it as docs/helm.md describes: Helm 3 alone would delete the webhook configuration last. */
  async uninstall(program: Helm): Promise<void> {
    await kubectl(['delete', 'mutatingwebhookconfiguration', this.home.name]);
    await helm(program, ['uninstall', NAME, '--namespace', this.home.name]);
  }

  /** Applies what `helm template` prints, on the server side, as Argo CD does. */
  async apply(program: Helm, values: object): Promise<void> {
    const text = await helm(program, [
      ...['template', ...this.#chart(values), '--kube-version', '1.37.1'],
    ]);
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
    await this.home.run(['rollout', 'status', 'deployment/podherald', '--timeout=120s']);
  }

  async caBundle(): Promise<string | undefined> {
    const target = ['mutatingwebhookconfiguration', this.home.name, '-o', 'json'];
    const { webhooks } = JSON.parse(await kubectl(['get', ...target]));
    return webhooks[0].clientConfig.caBundle;
  }

  /** Waits until podherald injects pods. */
  async reached(): Promise<void> {
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    await until(
      30,
      () => this.#target.try(args, JSON.stringify(firstPod('probe'))),
      ({ code, stdout }) => code === 0 && envNames(JSON.parse(stdout).spec).includes('POD_NAME'),
    );
  }

  /** Removes everything, also after a failed test. */
  async remove(): Promise<void> {
    const kinds = 'mutatingwebhookconfigurations,clusterroles,clusterrolebindings';
    const selector = Object.entries(RUN_LABELS).map(([key, value]) => `${key}=${value}`);
    const mine = `${selector},e2e.podherald.dev/release=${this.home.name}`;
    await kubectl(['delete', kinds, '--selector', mine, '--ignore-not-found']);
    await this.home.remove();
    await rm(this.#folder, { recursive: true });
  }

  #chart(values: object): string[] {
    const [repository, tag] = (IMAGE ?? '').split(/:(?=[^:/]*$)/);
    const all = {
      image: { repository, tag },
      labels: { ...RUN_LABELS, 'e2e.podherald.dev/release': this.home.name },
      extraArgs: [`--webhook-configuration=${this.home.name}`],
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'In', values: [this.#target.name] },
        ],
      },
      priorityClassName: '',
      ...values,
    };
    return [NAME, this.#folder, '--namespace', this.home.name, ...setJson(all)];
  }
}

const NAME = 'injection';
const WAIT = ['--wait', '--timeout', '3m'];
