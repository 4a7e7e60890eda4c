import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ACCESSES } from '../../src/core/decision/rules.ts';
import { proxyArguments } from '../../src/core/injection/kubectl-proxy.ts';
import { outcomeOf } from './access/answer.ts';
import type { Attack, Outcome } from './access/attack.ts';
import { startProxy } from './access/proxy.ts';
import { TABLE } from './access/table.ts';
import { Namespace } from './namespace.ts';
import { container, type KubeObject, pod, podSpec } from './objects.ts';

// The proxies are this machine's, and as whoever KUBECONFIG is: no missing right hides a gap.

let own: Namespace;
let other: Namespace;
let configMap: KubeObject;

beforeAll(async () => {
  [own, other] = await Promise.all([Namespace.make(), Namespace.make()]);
  await Promise.all([own, other].map(furnish));
  configMap = await own.get('configmap/proxy');
});

afterAll(() => Promise.all([own, other].map((namespace) => namespace?.remove())));

test.each(ACCESSES)('%s lets through what its table says, and nothing else', async (access) => {
  const port = await proxy(proxyArguments({ port: 0, access, namespace: own.name }));

  expect(await outcomes(port, TABLE)).toEqual(
    Object.fromEntries(TABLE.map(({ name, expected }) => [name, expected[access]])),
  );
});

test('nothing but the filter stops what the filter stops', async () => {
  const port = await proxy(['proxy', '--port=0', '--disable-filter']);
  const stopped = TABLE.filter(({ expected }) => Object.values(expected).includes('filter'));
  const found = Object.entries(await outcomes(port, stopped));

  expect(found.filter(([, outcome]) => outcome === 'filter')).toEqual([]);
  expect(found.filter(([, outcome]) => outcome.startsWith('kubectl'))).toEqual([]);
});

test('no request of the table has changed anything', async () => {
  for (const name of ['web', 'exec']) {
    expect((await own.get(`pod/${name}`)).metadata).not.toHaveProperty('deletionTimestamp');
  }
  expect(await own.get('configmap/proxy')).toEqual(configMap);
});

test('each row has a name of its own', () => {
  expect(new Set(TABLE.map(({ name }) => name)).size).toBe(TABLE.length);
});

/** Pods that no node ever gets, so that all clusters answer the same of them. */
async function furnish(namespace: Namespace): Promise<void> {
  const spec = podSpec([container('app')], {
    schedulingGates: [{ name: 'e2e.podherald.dev/never' }],
  });
  await Promise.all([
    namespace.create(pod({ name: 'web' }, spec)),
    namespace.create(pod({ name: 'exec' }, spec)),
    namespace.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'proxy' } }),
  ]);
}

async function proxy(args: readonly string[]): Promise<number> {
  const { port, close } = await startProxy(args);
  onTestFinished(() => void close());
  return port;
}

/** By the rows' names, so that a difference can be read. */
async function outcomes(
  port: number,
  attacks: readonly Attack[],
): Promise<Record<string, Outcome>> {
  const found = await Promise.all(
    attacks.map(async ({ name, bytes }): Promise<[string, Outcome]> => {
      const sent = bytes.replaceAll('{ns}', own.name).replaceAll('{other}', other.name);
      return [name, await outcomeOf(port, sent)];
    }),
  );
  return Object.fromEntries(found);
}
