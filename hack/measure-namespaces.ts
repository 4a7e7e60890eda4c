/**
 * Measures the informer in a cluster of many namespaces: time to sync, memory, and bytes.
 *
 *   node hack/measure-namespaces.ts [--count 10000]           served by the tests' fake API server
 *   node hack/measure-namespaces.ts --real [--count 10000]    in the cluster of KUBECONFIG
 *
 * --real creates namespaces with generated names and deletes them afterwards. That keeps the namespace
 * controller busy for many minutes: use a cluster that nobody needs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { buffer, text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { SYSTEM_CLOCK } from '../src/clock.ts';
import { ACCEPT_METADATA_LIST } from '../src/cluster/api-client.ts';
import { type Connection, connectTo } from '../src/cluster/connection.ts';
import { findCluster } from '../src/cluster/find-cluster.ts';
import { NAMESPACES_PATH } from '../src/cluster/namespace-informer.ts';
import { namespaceInformer } from '../src/cluster/namespaces.ts';
import { FakeApiServer } from '../test/cluster/fake-api-server.ts';

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    real: { type: 'boolean', default: false },
    /** For the child process that is measured: the URL of the API server; empty to use KUBECONFIG. */
    measure: { type: 'string' },
  },
});
const COUNT = Number(flags.count);
const PREFIX = 'podherald-measure-';

if (flags.measure !== undefined) await measure(flags.measure);
else if (flags.real) await measureReal();
else await measureFake();

async function measureFake(): Promise<void> {
  const api = new FakeApiServer();
  for (let i = 0; i < COUNT; i++) {
    const { annotations, ...metadata } = metadataOf(i);
    api.put(`team-${i}`, annotations, metadata);
  }
  // A real API server keeps events only for minutes.
  api.compact();
  await api.start();
  await inProcess(api.url);
  await api.stop();
}

/** Runs the informer in a process of its own, so that nothing else is measured. */
async function inProcess(url: string): Promise<void> {
  const args = ['--expose-gc', import.meta.filename, '--measure', url, '--count', String(COUNT)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  process.stdout.write(output);
}

async function measure(url: string): Promise<void> {
  const connection =
    url === '' ? await findCluster() : connectTo(url, async () => ({}), SYSTEM_CLOCK);
  if (connection === undefined) throw new Error('no cluster is configured: set KUBECONFIG');
  // The first request loads TLS and other modules, which must not be measured.
  await listBytes(connection, ACCEPT_METADATA_LIST, 1, 1);
  const keep = {
    isAnnotation: (key: string): boolean => key.startsWith('podherald.dev/'),
    labelKeys: () => new Set<string>(),
  };
  const source = namespaceInformer(connection, { keep, log: pino({ level: 'warn' }) });
  const before = memory();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedMs = performance.now();
  source.start();
  let peakMiB = 0;
  while (!source.isSynced()) {
    peakMiB = Math.max(peakMiB, process.memoryUsage.rss() / 2 ** 20);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const syncMs = performance.now() - startedMs;
  delay.disable();
  const after = memory();
  source.stop();
  const [partial, whole] = [
    await listBytes(connection, ACCEPT_METADATA_LIST),
    await listBytes(connection, 'application/json'),
  ];
  connection.close();
  console.log(`namespaces           ${partial.items}
time to sync         ${syncMs.toFixed(0)} ms
longest block        ${(delay.max / 1e6).toFixed(0)} ms, median ${(delay.percentile(50) / 1e6).toFixed(1)} ms
heap                 ${before.heap} MiB, then ${after.heap} MiB
RSS                  ${before.rss} MiB, at most ${peakMiB.toFixed(1)} MiB, then ${after.rss} MiB
list, metadata only  ${mib(partial.bytes)} MiB
list, whole          ${mib(whole.bytes)} MiB`);
}

function memory(): { readonly heap: string; readonly rss: string } {
  global.gc?.();
  global.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: mib(heapUsed), rss: mib(rss) };
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

async function listBytes(
  connection: Connection,
  accept: string,
  limit = 500,
  pages = Number.POSITIVE_INFINITY,
): Promise<{ bytes: number; items: number }> {
  let [bytes, items, token] = [0, 0, ''];
  for (let page = 0; page < pages; page++) {
    const next = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
    const path = `${NAMESPACES_PATH}?limit=${limit}${next}`;
    const { body } = await connection.get(path, { accept, signal: new AbortController().signal });
    const content = await buffer(body);
    const list = JSON.parse(content.toString());
    bytes += content.length;
    items += list.items.length;
    token = list.metadata.continue ?? '';
    if (token === '') break;
  }
  return { bytes, items };
}

async function measureReal(): Promise<void> {
  const { CoreV1Api, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  const core = config.makeApiClient(CoreV1Api);
  const made: string[] = [];
  const startedMs = performance.now();
  try {
    await manyAtOnce(COUNT, async (i) => {
      const { annotations, labels } = metadataOf(i);
      const metadata = { generateName: PREFIX, annotations, labels };
      const { metadata: stored } = await core.createNamespace({ body: { metadata } });
      made.push(stored?.name ?? '');
    });
    console.log(
      `created ${made.length} namespaces in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
    );
    await inProcess('');
  } finally {
    await manyAtOnce(made.length, (i) => core.deleteNamespace({ name: made[i] ?? '' }));
  }
}

/** Thirty requests at a time. */
async function manyAtOnce(count: number, act: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: 30 }, worker));
}

/** Metadata as in a cluster with teams, GitOps and Pod Security; one namespace in ten has defaults. */
function metadataOf(i: number) {
  const labels = {
    'app.kubernetes.io/managed-by': 'argocd',
    'example.com/team': `team-${i % 97}`,
    'example.com/cost-center': String(10_000 + i),
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
  const plain = {
    'example.com/owner': `owner-${i % 97}@example.com`,
    'example.com/description': `What the people of team ${i % 97} run in their namespace ${i}.`,
    'argocd.argoproj.io/tracking-id': `tenants:/Namespace:team-${i}/team-${i}`,
  };
  const manifest = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { annotations: plain, labels },
  };
  const annotations: Record<string, string> = {
    ...plain,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(manifest),
    ...(i % 10 === 0 && { 'podherald.dev/inject-metadata': 'default,otel' }),
  };
  return { labels, annotations, managedFields: managedFieldsOf(labels, annotations) };
}

/** As the API server writes them at each apply. */
function managedFieldsOf(...maps: readonly Readonly<Record<string, string>>[]) {
  const [labels, annotations] = maps.map((map) => ({
    '.': {},
    ...Object.fromEntries(Object.keys(map).map((key) => [`f:${key}`, {}])),
  }));
  const fieldsV1 = { 'f:metadata': { 'f:labels': labels, 'f:annotations': annotations } };
  const entry = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 };
  return [{ manager: 'argocd-controller', time: '2030-01-01T00:00:00Z', ...entry }];
}
