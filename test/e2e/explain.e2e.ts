import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { Namespace } from './namespace.ts';
import {
  container,
  deployment,
  firstPod,
  type Pod,
  pod,
  podSpec,
  REQUEST_METADATA,
} from './objects.ts';
import { runWithEmptyConfig } from './podherald-cli.ts';
import { test } from './suite.ts';
import { until } from './until.ts';

const BOTH = {
  ...REQUEST_METADATA,
  'inject-ambassador': 'true',
  'podherald.dev/ambassador-kubeconfig': 'true',
};

async function explain(namespace: Namespace, object: string) {
  const args = ['explain', object, '-n', namespace.name, '-o', 'json'];
  const { code, stdout, stderr } = await runWithEmptyConfig(args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout).objects[0];
}

/** A pod that does not have to run, because only its stored form is explained. */
function stored(name: string, annotations: Record<string, string>): Pod {
  return pod({ name, annotations }, podSpec([container('app')]));
}

/** Waits until a new pod has a later creation time, which has a resolution of a second. */
async function untilLater(namespace: Namespace, name: string): Promise<void> {
  const created = ({ metadata }: Stamped): string => metadata.creationTimestamp;
  const earlier = created(await namespace.get<Stamped>(`pod/${name}`));
  const now = () => namespace.create(stored('clock', {}), '--dry-run=server');
  await until(
    10,
    async () => created((await now()) as unknown as Stamped),
    (time) => time > earlier,
  );
}

interface Stamped {
  readonly metadata: { readonly creationTimestamp: string };
}

test('podherald explain explains a pod that is older than the webhook, and a newer one', async ({
  makeBareNamespace,
  webhook,
}) => {
  const namespace = await makeBareNamespace();
  await namespace.create(stored('early', REQUEST_METADATA));
  expect(await explain(namespace, 'pod/early')).toMatchObject({ live: { complete: false } });
  await untilLater(namespace, 'early');

  await webhook.select(namespace);
  await namespace.create(stored('late', REQUEST_METADATA));

  expect(await explain(namespace, 'pod/early')).toMatchObject({
    live: { complete: false, reason: 'created_before_webhook' },
    webhook: { called: true, name: 'pods.podherald.dev' },
  });
  expect(await explain(namespace, 'pod/late')).toMatchObject({
    live: { complete: true, status: { metadata: { containers: ['app'] } } },
    missing: [],
  });
});

test('podherald explain finds everything that podherald injected in a stored pod', async ({
  namespace,
}) => {
  await namespace.create(stored('both', BOTH));
  const { live, present, missing } = await explain(namespace, 'pod/both');

  expect({ live, missing }).toMatchObject({ live: { complete: true }, missing: [] });
  expect(present).toContainEqual({ kind: 'container', names: ['ambassador'] });
  expect(present).toContainEqual({
    kind: 'volume',
    names: ['downward', 'ambassador-token', 'ambassador-kubeconfig'],
  });
  expect(present).toContainEqual({
    container: 'app',
    kind: 'files',
    names: ['/etc/downward', '/etc/podherald'],
  });
});

test('podherald explain reports an excluded namespace, and an annotation that was added after the creation', async ({
  namespace,
  makeBareNamespace,
}) => {
  const excluded = await makeBareNamespace();
  await excluded.create(firstPod('excluded'));
  await namespace.create(stored('late-request', {}));
  await untilLater(namespace, 'late-request');
  await namespace.run(['annotate', 'pod/late-request', 'inject-metadata=true']);

  expect(await explain(excluded, 'pod/excluded')).toMatchObject({
    webhook: { called: false, reason: 'namespace_excluded' },
    live: { complete: false, reason: 'namespace_excluded' },
  });
  expect(await explain(namespace, 'pod/late-request')).toMatchObject({
    live: { complete: false, reason: 'asked_later' },
  });
});

test('podherald explain reports why a pod cannot get what it requests', async ({ namespace }) => {
  const annotations = { ...REQUEST_METADATA, 'inject-ambassador': 'true' };
  const spec = podSpec([container('app')], { hostNetwork: true });
  await namespace.create(pod({ name: 'host', annotations }, spec));

  expect(await explain(namespace, 'pod/host')).toMatchObject({
    live: { complete: false, reason: 'not_granted' },
    reasons: [{ reason: 'host_network', cause: expect.stringContaining('hostNetwork') }],
    missing: [],
  });
});

test('podherald explain finds a misplaced annotation on the Deployment of a pod', async ({
  namespace,
}) => {
  const plain = deployment('above', {});
  const metadata = {
    ...plain.metadata,
    annotations: { ...REQUEST_METADATA, 'inject-ambassador': 'true' },
  };
  await namespace.apply({ ...plain, metadata });
  await namespace.wait('deployment/above', 'condition=Available');
  const [found] = await namespace.podsOf('app=above');

  expect(await explain(namespace, `pod/${found?.metadata.name}`)).toMatchObject({
    outcome: 'skipped',
    misplaced: {
      owner: { kind: 'Deployment', name: 'above' },
      annotations: [{ value: 'true' }, { value: 'true' }],
    },
  });
});

test('podherald uninject removes from a stored Deployment what podherald inject added to its manifest', async ({
  namespace,
}) => {
  const original = stringify(deployment('clean', BOTH));
  const injected = await runWithEmptyConfig(['inject', '-f', '-', '-n', namespace.name], original);
  await namespace.run(['apply', '-f', '-'], injected.stdout);
  const dumped = await namespace.run(['get', 'deployment/clean', '-o', 'yaml']);

  const { code, stdout, stderr } = await runWithEmptyConfig(['uninject', '-f', '-'], dumped);

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
