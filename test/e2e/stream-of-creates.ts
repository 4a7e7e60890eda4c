import { type Api, startApi } from './kubectl.ts';
import type { Namespace } from './namespace.ts';
import { container, envNames, type Pod, pod, podSpec, REQUEST_METADATA } from './objects.ts';

/** Often enough to notice every state of a replica, but not too often for a small machine. */
const INTERVAL_MS = 25;

/** Ten creates at once, twice a second, so that the API server has connections to every replica. */
const BURST = { every: 20, size: 10 } as const;

/** At this number of creates without a response, no more are sent, so that none pile up. */
const MAX_PENDING = 20;

/** A create that failed, or whose pod did not get what it requested. */
export interface FailedCreate {
  readonly startedAtMs: number;
  readonly message: string;
}

/** Creates pods at a constant rate, as dry runs: with all of admission, but nothing is stored. */
export class StreamOfCreates {
  readonly failed: FailedCreate[] = [];
  count = 0;
  readonly #api: Api;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<Promise<void>>();
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

  /** Stops creating pods and waits for the last responses. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    this.#api.close();
  }

  /** Returns how many creates have started after a time of `performance.now()`. */
  startedSince(timeMs: number): number {
    return this.#startedAtMs.filter((startedAtMs) => startedAtMs > timeMs).length;
  }

  /** Waits until this many more creates have a response. */
  async more(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const target = this.count + count;
    const timer = setInterval(() => {
      if (this.count < target) return;
      clearInterval(timer);
      resolve();
    }, INTERVAL_MS);
    return promise;
  }

  #create(): void {
    if (this.#pending.size >= MAX_PENDING) return;
    const startedAtMs = performance.now();
    this.#startedAtMs.push(startedAtMs);
    const creating = this.#problem()
      .catch((error: unknown) => String(error))
      .then((message) => {
        this.count += 1;
        if (message !== undefined) this.failed.push({ startedAtMs, message });
        this.#pending.delete(creating);
      });
    this.#pending.add(creating);
  }

  /** Creates a pod. @returns why that failed, or undefined if the pod is injected */
  async #problem(): Promise<string | undefined> {
    const requesting = pod(
      { generateName: 'created-', annotations: REQUEST_METADATA },
      podSpec([container('app')]),
    );
    const { code, body } = await this.#api.post(this.#path, requesting);
    if (code !== 201) return `${code} ${body.message}`;
    return envNames((body as unknown as Pod).spec).includes('POD_NAME')
      ? undefined
      : 'not injected';
  }
}

/** Returns a line for each message: how many creates failed with it, and when after `originMs`. */
export function summary(failed: readonly FailedCreate[], originMs: number): string {
  const groups = Map.groupBy(failed, ({ message }) =>
    message.replace(/\d+\.\d+\.\d+\.\d+:\d+/g, '…'),
  );
  return [...groups]
    .map(([message, creates]) => {
      const at = creates.map(({ startedAtMs }) => (startedAtMs - originMs) / 1000);
      return `${creates.length} from ${Math.min(...at).toFixed(1)} s to ${Math.max(...at).toFixed(1)} s: ${message}`;
    })
    .join('\n');
}
