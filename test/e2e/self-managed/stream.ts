import { type Api, startApi } from '../api.ts';
import { ASKING, container, pod, podSpec } from '../objects.ts';

/** Pods that are created without end, in dry runs, and what became of them. */
export interface Stream {
  readonly stop: () => Promise<Streamed>;
}

export interface Streamed {
  readonly created: number;
  readonly failed: readonly string[];
}

/** Creates that are under way at any time. */
const AT_ONCE = 4;

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
  const runs = Array.from({ length: AT_ONCE }, run);
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all(runs);
      api.close();
      return { created, failed };
    },
  };
}

/** @returns undefined, or why the pod could not be created, or was not injected. */
async function create(api: Api, namespace: string): Promise<string | undefined> {
  const manifest = pod(
    { generateName: 'stream-', annotations: ASKING },
    podSpec([container('app')]),
  );
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const { code, body } = await api.post(path, manifest);
  if (code !== 201) return `${code} ${body.message}`;
  return JSON.stringify(body).includes('POD_NAME') ? undefined : 'not injected';
}
