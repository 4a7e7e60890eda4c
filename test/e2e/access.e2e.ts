import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ACCESSES } from '../../src/core/decision/rules.ts';
import { proxyArguments } from '../../src/core/injection/kubectl-proxy.ts';
import { CONNECTIONS } from './access/connections.ts';
import { HTTP } from './access/http.ts';
import { METHODS } from './access/methods.ts';
import { NORMAL_USE } from './access/normal-use.ts';
import { PATHS } from './access/paths.ts';
import { type Outcome, outcomeOf, type RequestCase } from './access/request.ts';
import { RIGHTS } from './access/rights.ts';
import { startProxy } from './kubectl.ts';
import { Namespace } from './namespace.ts';
import { container, type KubeObject, pod, podSpec } from './objects.ts';

// The proxies run on this machine as the user of KUBECONFIG, an administrator. So RBAC rejects
// nothing that the filter should reject.

/** Every request, with the expected outcome at each access level. */
const REQUESTS: readonly RequestCase[] = [
  ...NORMAL_USE,
  ...METHODS,
  ...CONNECTIONS,
  ...PATHS,
  ...HTTP,
  ...RIGHTS,
];

let own: Namespace;
let other: Namespace;
let configMap: KubeObject;

beforeAll(async () => {
  [own, other] = await Promise.all([Namespace.make(), Namespace.make()]);
  await Promise.all([own, other].map(createObjects));
  configMap = await own.get('configmap/proxy');
});

afterAll(() => Promise.all([own, other].map((namespace) => namespace?.remove())));

test.each(ACCESSES)('access level %s allows exactly the requests of its column', async (access) => {
  const port = await proxy(proxyArguments({ port: 0, access, namespace: own.name }));

  expect(await outcomes(port, REQUESTS)).toEqual(
    Object.fromEntries(REQUESTS.map(({ name, expected }) => [name, expected[access]])),
  );
});

test('without the filter, the rejected requests reach the API server', async () => {
  const port = await proxy(['proxy', '--port=0', '--disable-filter']);
  const rejected = REQUESTS.filter(({ expected }) => Object.values(expected).includes('filter'));
  const found = Object.entries(await outcomes(port, rejected));

  expect(found.filter(([, outcome]) => outcome === 'filter')).toEqual([]);
  expect(found.filter(([, outcome]) => outcome.startsWith('kubectl'))).toEqual([]);
});

test('no request of the table changes an object', async () => {
  for (const name of ['web', 'exec']) {
    expect((await own.get(`pod/${name}`)).metadata).not.toHaveProperty('deletionTimestamp');
  }
  expect(await own.get('configmap/proxy')).toEqual(configMap);
});

test('no two rows of the table have the same name', () => {
  expect(new Set(REQUESTS.map(({ name }) => name)).size).toBe(REQUESTS.length);
});

/** Creates pods that are never scheduled, so that every cluster responds in the same way. */
async function createObjects(namespace: Namespace): Promise<void> {
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

/** Returns the outcomes by the names of the rows, so that a difference is easy to read. */
async function outcomes(
  port: number,
  requests: readonly RequestCase[],
): Promise<Record<string, Outcome>> {
  const found = await Promise.all(
    requests.map(async ({ name, bytes }): Promise<[string, Outcome]> => {
      const sent = bytes.replaceAll('{ns}', own.name).replaceAll('{other}', other.name);
      return [name, await outcomeOf(port, sent)];
    }),
  );
  return Object.fromEntries(found);
}
