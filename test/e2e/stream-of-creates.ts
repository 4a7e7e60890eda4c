import { type Api, startApi } from './api.ts';
import type { Namespace } from './namespace.ts';
import { ASKING, container, envNames, type Pod, pod, podSpec } from './objects.ts';

/** Some of them at least meet every state of a replica; few enough for a machine that is shared. */
const INTERVAL_MS = 25;

/** Twice a second, ten come at once: so the API server keeps connections to every replica. */
const BURST = { every: 20, size: 10 } as const;

/** While so many are unanswered no more are sent, so that a busy machine is not drowned. */
const MOST_UNDERWAY = 20;

/** A create that has failed, or has let a pod through without what it asked for. */
export interface FailedCreate {
  readonly startedAtMs: number;
  readonly message: string;
}

/** Pods created one after the other, as dry runs: all of admission, and nothing is stored. */
export class StreamOfCreates {
  readonly failed: FailedCreate[] = [];
  count = 0;
  readonly #api: Api;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  readonly #underway = new Set<Promise<void>>();
  readonly #startedAtMs: number[] = [];

  private constructor(api: Api, namespace: Namespace) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
    let tick = 0;
    this.#timer = setInterval(() => {
      tick += 1;
      const isBurst = tick % BURST.every === 0;
      for (let i = 0; i < (isBurst ? BURST.size : 1); i += 1) this.#create();
    }, INTERVAL_MS);
  }

  static async start(namespace: Namespace): Promise<StreamOfCreates> {
    return new StreamOfCreates(await startApi(), namespace);
  }

  /** Waits for the last answers. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underway);
    this.#api.close();
  }

  /** How many have begun since then. */
  startedSince(timeMs: number): number {
    return this.#startedAtMs.filter((startedAtMs) => startedAtMs > timeMs).length;
  }

  /** Resolves when this many more have been answered. */
  async more(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wanted = this.count + count;
    const timer = setInterval(() => {
      if (this.count < wanted) return;
      clearInterval(timer);
      resolve();
    }, INTERVAL_MS);
    return promise;
  }

  #create(): void {
    if (this.#underway.size >= MOST_UNDERWAY) return;
    const startedAtMs = performance.now();
    this.#startedAtMs.push(startedAtMs);
    const creating = this.#answer()
      .catch((error: unknown) => String(error))
      .then((message) => {
        this.count += 1;
        if (message !== undefined) this.failed.push({ startedAtMs, message });
        this.#underway.delete(creating);
      });
    this.#underway.add(creating);
  }

  /** @returns what is wrong with it, if anything is. */
  async #answer(): Promise<string | undefined> {
    const asking = pod(
      { generateName: 'created-', annotations: ASKING },
      podSpec([container('app')]),
    );
    const { code, body } = await this.#api.post(this.#path, asking);
    if (code !== 201) return `${code} ${body.message}`;
    return envNames((body as unknown as Pod).spec).includes('POD_NAME')
      ? undefined
      : 'not injected';
  }
}

/** The failures by message, with how many and when they began, in seconds since `originMs`. */
export function summary(failed: readonly FailedCreate[], originMs: number): string {
  const groups = Map.groupBy(failed, ({ message }) =>
    message.replace(/\d+\.\d+\.\d+\.\d+:\d+/g, '…'),
  );
  return [...groups]
    .map(([message, of]) => {
      const at = of.map(({ startedAtMs }) => (startedAtMs - originMs) / 1000);
      return `${of.length} from ${Math.min(...at).toFixed(1)} s to ${Math.max(...at).toFixed(1)} s: ${message}`;
    })
    .join('\n');
}
