import { type Api, startApi } from '../kubectl.ts';
import { container, pod, podSpec, REQUEST_METADATA } from '../objects.ts';

/**
 * Creates pods as fast as it can, as dry runs. The StreamOfCreates of the installation tests sends
 * at a constant rate instead, which a busy webhook cannot slow down.
 */
export interface Stream {
  readonly stop: () => Promise<Streamed>;
}

export interface Streamed {
  readonly created: number;
  readonly failed: readonly string[];
}

/** The number of creates that wait for a response at any time. */
const CONCURRENCY = 4;

/** Starts to create pods in a namespace, until `stop` is called. */
export async function startStream(namespace: string): Promise<Stream> {
  const api = await startApi();
  const failed: string[] = [];
  let created = 0;
  let isStopped = false;
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const problem = await create(api, namespace);
      if (problem === undefined) created++;
      else failed.push(`${new Date().toISOString()} ${problem}`);
    }
  };
  const runs = Array.from({ length: CONCURRENCY }, run);
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all(runs);
      api.close();
      return { created, failed };
    },
  };
}

/** Creates a pod. @returns why that failed, or undefined if the pod is injected */
async function create(api: Api, namespace: string): Promise<string | undefined> {
  const manifest = pod(
    { generateName: 'stream-', annotations: REQUEST_METADATA },
    podSpec([container('app')]),
  );
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const { code, body } = await api.post(path, manifest);
  if (code !== 201) return `${code} ${body.message}`;
  return JSON.stringify(body).includes('POD_NAME') ? undefined : 'not injected';
}
