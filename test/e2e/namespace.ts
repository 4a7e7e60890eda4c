import { randomBytes } from 'node:crypto';
import { type Ended, kubectl, tryKubectl } from './kubectl.ts';
import type { KubeObject, List, Metadata, Pod } from './objects.ts';

/** Marks everything this run makes, so that hack/e2e can remove what an interrupted run leaves. */
export const RUN_LABELS = {
  'e2e.podherald.dev/run': process.env['PODHERALD_E2E_RUN'] ?? `by-hand-${process.pid}`,
};

export function generatedName(): string {
  return `podherald-e2e-${randomBytes(4).toString('hex')}`;
}

/** One namespace that the suite has made, and the commands it uses there. */
export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async make({ labels, annotations }: Metadata = {}): Promise<Namespace> {
    const name = generatedName();
    const metadata = { name, annotations, labels: { ...labels, ...RUN_LABELS } };
    const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata };
    await kubectl(['create', '-f', '-'], JSON.stringify(manifest));
    const namespace = new Namespace(name);
    // No pod can be made before the controller manager has made this.
    await namespace.wait('serviceaccount/default', 'create');
    return namespace;
  }

  /** Asks for its removal; hack/e2e waits for it, once, at the end. */
  async remove(): Promise<void> {
    await kubectl(['delete', 'namespace', this.name, '--wait=false', '--ignore-not-found']);
  }

  /** @param change `key=value`, or `key-` to take the key away. */
  async annotate(change: string): Promise<void> {
    await kubectl(['annotate', 'namespace', this.name, change, '--overwrite']);
  }

  try(args: readonly string[], input?: string): Promise<Ended> {
    return tryKubectl([`--namespace=${this.name}`, ...args], input);
  }

  run(args: readonly string[], input?: string): Promise<string> {
    return kubectl([`--namespace=${this.name}`, ...args], input);
  }

  async apply(manifest: object): Promise<void> {
    await this.run(['apply', '-f', '-'], JSON.stringify(manifest));
  }

  /** Unlike `apply` it adds no annotation of its own. Returns the object as stored. */
  async create<T extends KubeObject>(manifest: T, ...options: string[]): Promise<T> {
    const args = ['create', '-o', 'json', ...options, '-f', '-'];
    return JSON.parse(await this.run(args, JSON.stringify(manifest)));
  }

  async get<T = Pod>(object: string): Promise<T> {
    return JSON.parse(await this.run(['get', object, '-o', 'json']));
  }

  async podsOf(selector: string): Promise<readonly Pod[]> {
    const args = ['get', 'pods', `--selector=${selector}`, '-o', 'json'];
    const { items }: List<Pod> = JSON.parse(await this.run(args));
    return items;
  }

  /** Waits with `kubectl wait`; says what became of the object where that is in vain. */
  async wait(object: string, what: string, seconds = 90): Promise<void> {
    const { code, stderr } = await this.try([
      'wait',
      object,
      `--for=${what}`,
      `--timeout=${seconds}s`,
    ]);
    if (code === 0) return;
    const { stdout } = await this.try(['describe', object]);
    throw new Error(`${object} in ${seconds} s not ${what}: ${stderr.trim()}\n${stdout}`);
  }

  /** Applies a pod and waits until its containers run; returns it as it is then. */
  async start(pod: Pod): Promise<Pod> {
    await this.apply(pod);
    return this.running(`pod/${pod.metadata.name}`);
  }

  async running(pod: string): Promise<Pod> {
    await this.wait(pod, 'condition=Ready');
    return this.get(pod);
  }

  /** What a shell command prints in a container, the first one where none is named. */
  async exec(pod: string, command: string, container?: string): Promise<string> {
    const where = container === undefined ? [] : [`--container=${container}`];
    const printed = await this.run(['exec', pod, ...where, '--', 'sh', '-c', command]);
    return printed.trimEnd();
  }
}
