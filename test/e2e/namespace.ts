import { randomBytes } from 'node:crypto';
import { type CommandResult, kubectl, tryKubectl } from './kubectl.ts';
import type { KubeObject, List, Metadata, Pod } from './objects.ts';

/** On every object of this run, so that hack/e2e can remove those that an interrupted run leaves. */
export const RUN_LABELS = {
  'e2e.podherald.dev/run': process.env['PODHERALD_E2E_RUN'] ?? `by-hand-${process.pid}`,
};

/** Returns a new name for a namespace or a cluster-scoped object. */
export function generatedName(): string {
  return `podherald-e2e-${randomBytes(4).toString('hex')}`;
}

/** A namespace that a test has created, with the kubectl commands that tests run in it. */
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
    // No pod can be created before the controller manager has created this ServiceAccount.
    await namespace.wait('serviceaccount/default', 'create');
    return namespace;
  }

  /** Deletes the namespace without waiting. hack/e2e waits once, at the end of the run. */
  async remove(): Promise<void> {
    await kubectl(['delete', 'namespace', this.name, '--wait=false', '--ignore-not-found']);
  }

  /** @param change `key=value`, or `key-` to remove the annotation */
  async annotate(change: string): Promise<void> {
    await kubectl(['annotate', 'namespace', this.name, change, '--overwrite']);
  }

  try(args: readonly string[], input?: string): Promise<CommandResult> {
    return tryKubectl([`--namespace=${this.name}`, ...args], input);
  }

  run(args: readonly string[], input?: string): Promise<string> {
    return kubectl([`--namespace=${this.name}`, ...args], input);
  }

  async apply(manifest: object): Promise<void> {
    await this.run(['apply', '-f', '-'], JSON.stringify(manifest));
  }

  /** Creates an object and returns it as stored. Unlike `apply`, adds no annotation of kubectl. */
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

  /** Runs `kubectl wait --for=CONDITION`. If the time is over, throws the description of the object. */
  async wait(object: string, condition: string, seconds = 90): Promise<void> {
    const { code, stderr } = await this.try([
      'wait',
      object,
      `--for=${condition}`,
      `--timeout=${seconds}s`,
    ]);
    if (code === 0) return;
    const { stdout } = await this.try(['describe', object]);
    throw new Error(
      `timed out after ${seconds} s waiting for ${condition} of ${object}: ${stderr.trim()}\n${stdout}`,
    );
  }

  /** Applies a pod, waits until it is ready, and returns it. */
  async start(pod: Pod): Promise<Pod> {
    await this.apply(pod);
    return this.running(`pod/${pod.metadata.name}`);
  }

  /** Waits until a pod (`pod/NAME`) is ready, and returns it. */
  async running(pod: string): Promise<Pod> {
    await this.wait(pod, 'condition=Ready');
    return this.get(pod);
  }

  /** Runs a shell command in a container, by default the first one, and returns what it prints. */
  async exec(pod: string, command: string, container?: string): Promise<string> {
    const option = container === undefined ? [] : [`--container=${container}`];
    const printed = await this.run(['exec', pod, ...option, '--', 'sh', '-c', command]);
    return printed.trimEnd();
  }
}
