import { expect } from 'vitest';
import { container, type Pod, podSpec, REQUEST_METADATA } from './objects.ts';
import { test } from './suite.ts';

test('each pod of a Deployment gets its own name, and has the status annotation', async ({
  namespace,
}) => {
  const labels = { app: 'web' };
  await namespace.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: template(labels) },
  });
  await namespace.wait('deployment/web', 'condition=Available');

  const pods = await namespace.podsOf('app=web');
  expect(pods).toHaveLength(2);
  for (const { metadata } of pods) {
    const { name = '', annotations } = metadata;
    expect(await namespace.exec(name, 'echo $POD_NAME')).toBe(name);
    expect(annotations).toHaveProperty(['podherald.dev/status']);
  }
});

test('a pod of a StatefulSet gets its stable name', async ({ namespace }) => {
  const labels = { app: 'db' };
  await namespace.apply({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { serviceName: 'db', selector: { matchLabels: labels }, template: template(labels) },
  });
  await namespace.wait('pod/db-0', 'create');
  await namespace.running('pod/db-0');
  expect(await namespace.exec('db-0', 'echo $POD_NAME; cat /etc/downward/podName')).toBe(
    'db-0\ndb-0',
  );
});

test('a pod of a Job gets its metadata, and the Job completes', async ({ namespace }) => {
  await namespace.apply({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: jobSpec(),
  });
  await namespace.wait('job/once', 'condition=Complete');

  const [name = '', ip = ''] = (await namespace.run(['logs', 'job/once'])).trim().split(' ');
  const [pod] = await namespace.podsOf('batch.kubernetes.io/job-name=once');
  expect(name).toBe(pod?.metadata.name);
  expect(ip).toMatch(/[.:]/);
});

test('a pod of a CronJob has the status annotation', async ({ namespace }) => {
  await namespace.apply({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: jobSpec() } },
  });
  await namespace.run(['create', 'job', 'tonight', '--from=cronjob/nightly']);
  await namespace.wait('job/tonight', 'condition=Complete');

  const [pod] = await namespace.podsOf('batch.kubernetes.io/job-name=tonight');
  const status = pod?.metadata.annotations?.['podherald.dev/status'] ?? '';
  expect(JSON.parse(status)).toBeTypeOf('object');
});

function template(labels: Record<string, string>): Pick<Pod, 'metadata' | 'spec'> {
  return { metadata: { labels, annotations: REQUEST_METADATA }, spec: podSpec([container('app')]) };
}

function jobSpec(): object {
  const command = ['sh', '-c', 'echo $POD_NAME $POD_IP'];
  const spec = podSpec([container('app', { command })], { restartPolicy: 'Never' });
  return { backoffLimit: 0, template: { metadata: { annotations: REQUEST_METADATA }, spec } };
}
