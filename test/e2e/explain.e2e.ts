import { expect } from 'vitest';
import { stringify } from 'yaml';
import { commandByDefaults } from './command.ts';
import type { Namespace } from './namespace.ts';
import { ASKING, container, deployment, firstPod, type Pod, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';
import { until } from './until.ts';

const BOTH = {
  ...ASKING,
  'inject-ambassador': 'true',
  'podherald.dev/ambassador-kubeconfig': 'true',
};

async function explain(namespace: Namespace, object: string) {
  const args = ['explain', object, '-n', namespace.name, '-o', 'json'];
  const { code, stdout, stderr } = await commandByDefaults(args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout).objects[0];
}

/** A pod that need not run: what counts is what the API server stored. */
function stored(name: string, annotations: Record<string, string>): Pod {
  return pod({ name, annotations }, podSpec([container('app')]));
}

/** Times of Kubernetes are to the second: waits until what is made now is of a later one. */
async function untilLater(namespace: Namespace, name: string): Promise<void> {
  const created = ({ metadata }: Stamped): string => metadata.creationTimestamp;
  const before = created(await namespace.get<Stamped>(`pod/${name}`));
  const now = () => namespace.create(stored('clock', {}), '--dry-run=server');
  await until(
    10,
    async () => created((await now()) as unknown as Stamped),
    (time) => time > before,
  );
}

interface Stamped {
  readonly metadata: { readonly creationTimestamp: string };
}

test('explains a pod that was there before the webhook, and one that is made anew', async ({
  makeBareNamespace,
  webhook,
}) => {
  const namespace = await makeBareNamespace();
  await namespace.create(stored('early', ASKING));
  expect(await explain(namespace, 'pod/early')).toMatchObject({ live: { missing: true } });
  await untilLater(namespace, 'early');

  await webhook.select(namespace);
  await namespace.create(stored('late', ASKING));

  expect(await explain(namespace, 'pod/early')).toMatchObject({
    live: { missing: true, reason: 'created_before_webhook' },
    webhook: { asked: true, name: 'pods.podherald.dev' },
  });
  expect(await explain(namespace, 'pod/late')).toMatchObject({
    live: { missing: false, status: { metadata: { containers: ['app'] } } },
    lacks: [],
  });
});

test('knows all that podherald added as the API server has stored it', async ({ namespace }) => {
  await namespace.create(stored('both', BOTH));
  const { live, has, lacks } = await explain(namespace, 'pod/both');

  expect({ live, lacks }).toMatchObject({ live: { missing: false }, lacks: [] });
  expect(has).toContainEqual({ kind: 'container', names: ['ambassador'] });
  expect(has).toContainEqual({
    kind: 'volume',
    names: ['downward', 'ambassador-token', 'ambassador-kubeconfig'],
  });
  expect(has).toContainEqual({
    container: 'app',
    kind: 'files',
    names: ['/etc/downward', '/etc/podherald'],
  });
});

test('says that a namespace is left out, and that an annotation came too late', async ({
  namespace,
  makeBareNamespace,
}) => {
  const left = await makeBareNamespace();
  await left.create(firstPod('left-out'));
  await namespace.create(stored('late-wish', {}));
  await untilLater(namespace, 'late-wish');
  await namespace.run(['annotate', 'pod/late-wish', 'inject-metadata=true']);

  expect(await explain(left, 'pod/left-out')).toMatchObject({
    webhook: { asked: false, reason: 'namespace_excluded' },
    live: { missing: true, reason: 'namespace_excluded' },
  });
  expect(await explain(namespace, 'pod/late-wish')).toMatchObject({
    live: { missing: true, reason: 'asked_later' },
  });
});

test('says what a pod asks for and cannot have', async ({ namespace }) => {
  const annotations = { ...ASKING, 'inject-ambassador': 'true' };
  const spec = podSpec([container('app')], { hostNetwork: true });
  await namespace.create(pod({ name: 'host', annotations }, spec));

  expect(await explain(namespace, 'pod/host')).toMatchObject({
    live: { missing: true, reason: 'not_granted' },
    reasons: [{ reason: 'host_network', decidedBy: expect.stringContaining('hostNetwork') }],
    lacks: [],
  });
});

test('names the annotation on the Deployment that a pod is of', async ({ namespace }) => {
  const plain = deployment('above', {});
  const metadata = { ...plain.metadata, annotations: { ...ASKING, 'inject-ambassador': 'true' } };
  await namespace.apply({ ...plain, metadata });
  await namespace.wait('deployment/above', 'condition=Available');
  const [found] = await namespace.podsOf('app=above');

  expect(await explain(namespace, `pod/${found?.metadata.name}`)).toMatchObject({
    outcome: 'skipped',
    misplaced: {
      owner: { kind: 'Deployment', name: 'above' },
      keys: [{ value: 'true' }, { value: 'true' }],
    },
  });
});

test('takes out of a stored Deployment what inject added to its manifest', async ({
  namespace,
}) => {
  const original = stringify(deployment('clean', BOTH));
  const injected = await commandByDefaults(['inject', '-f', '-', '-n', namespace.name], original);
  await namespace.run(['apply', '-f', '-'], injected.stdout);
  const dumped = await namespace.run(['get', 'deployment/clean', '-o', 'yaml']);

  const { code, stdout, stderr } = await commandByDefaults(['uninject', '-f', '-'], dumped);

  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      'removed the ambassador, 9 variables, 3 volumes, 2 annotations',
    ),
  });
  await namespace.run(['delete', 'deployment/clean']);
  await namespace.apply(deployment('clean', BOTH));
  const plain = await namespace.get<{ spec: object }>('deployment/clean');
  const asJson = await namespace.run(
    ['create', '--dry-run=client', '-o', 'json', '-f', '-'],
    stdout.replace(/^status:[\s\S]*/m, ''),
  );
  expect(JSON.parse(asJson).spec).toEqual(plain.spec);
});
