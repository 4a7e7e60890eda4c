import { expect } from 'vitest';
import type { Namespace } from './namespace.ts';
import {
  container,
  pod,
  podSpec,
  REQUEST_AMBASSADOR,
  REQUEST_METADATA,
  withoutServerFields,
} from './objects.ts';
import { countReviews } from './podherald.ts';
import { allow, READ_PODS } from './rights.ts';
import { test as suite } from './suite.ts';

const test = suite.extend('namespace', { scope: 'file' }, async ({ makeNamespace }) => {
  const namespace = await makeNamespace();
  await allow(namespace, READ_PODS);
  return namespace;
});

test("the first request of a Job's app reaches the API server, and the Job completes", async ({
  namespace,
}) => {
  const app = container('app', { command: ['sh', '-c', readPods(namespace)] });
  const template = {
    metadata: { annotations: REQUEST_AMBASSADOR },
    spec: podSpec([app], { restartPolicy: 'Never' }),
  };
  await namespace.apply({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: { backoffLimit: 0, template },
  });
  await namespace.wait('job/once', 'condition=Complete');

  const printed = await namespace.run(['logs', 'job/once', '--container=app']);
  expect(JSON.parse(printed)).toMatchObject({ kind: 'PodList' });
});

test('an init container can use the ambassador', async ({ namespace }) => {
  const init = container('init', { command: ['sh', '-c', readPods(namespace)] });
  await namespace.start(
    pod(
      { name: 'early', annotations: REQUEST_AMBASSADOR },
      podSpec([container('app')], { initContainers: [init] }),
    ),
  );
  const printed = await namespace.run(['logs', 'early', '--container=init']);
  expect(JSON.parse(printed)).toMatchObject({ kind: 'PodList' });
});

test('each pod of a Deployment reaches the API server', async ({ namespace }) => {
  const labels = { app: 'web' };
  const template = {
    metadata: { labels, annotations: REQUEST_AMBASSADOR },
    spec: podSpec([container('app')]),
  };
  await namespace.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  await namespace.wait('deployment/web', 'condition=Available');

  for (const { metadata } of await namespace.podsOf('app=web')) {
    const printed = await namespace.exec(metadata.name ?? '', readPods(namespace));
    expect(JSON.parse(printed)).toMatchObject({ kind: 'PodList' });
  }
});

test('a deleted pod ends as soon as its app has ended, well before its grace period is over', async ({
  namespace,
}) => {
  const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'];
  const spec = podSpec([container('app', { command })], { terminationGracePeriodSeconds: 60 });
  await namespace.start(pod({ name: 'leaving', annotations: REQUEST_AMBASSADOR }, spec));
  await namespace.run(['delete', 'pod/leaving', '--timeout=30s']);
});

test('an injected pod that is created again from kubectl get -o yaml keeps one ambassador and is not changed', async ({
  namespace,
  podherald,
}) => {
  const annotations = {
    ...REQUEST_METADATA,
    ...REQUEST_AMBASSADOR,
    'podherald.dev/ambassador-kubeconfig': 'true',
  };
  await namespace.create(pod({ name: 'original', annotations }, podSpec([container('app')])));
  const original = await namespace.running('pod/original');
  const sent = withoutServerFields(original, 'copy');
  const unchangedBefore = await countReviews(podherald, 'unchanged');

  const stored = await namespace.create(sent);

  expect(await countReviews(podherald, 'unchanged')).toBe(unchangedBefore + 1);
  expect(stored.metadata.annotations).toEqual(sent.metadata.annotations);
  expect(stored.spec).toEqual(sent.spec);
  const { spec } = await namespace.running('pod/copy');
  expect(spec.initContainers?.map(({ name }) => name)).toEqual(['ambassador']);
  expect(JSON.parse(await namespace.exec('copy', readPods(namespace)))).toMatchObject({
    kind: 'PodList',
  });
});

/** A command that lists pods with a single request, without a retry. */
function readPods({ name }: Namespace): string {
  return `wget -qO- $KUBE_API_URL/api/v1/namespaces/${name}/pods`;
}
