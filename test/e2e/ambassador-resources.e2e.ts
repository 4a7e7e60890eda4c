import { expect } from 'vitest';
import {
  ASKING_FOR_AMBASSADOR,
  type Container,
  container,
  type KubeObject,
  type PodSpec,
  pod,
  podSpec,
  RESTRICTED,
} from './objects.ts';
import { test } from './suite.ts';

const SMALL = { cpu: '50m', memory: '16Mi' };

test('a namespace that enforces Pod Security restricted starts a pod and a Deployment with it', async ({
  makeNamespace,
}) => {
  const restricted = await makeNamespace({
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
  const spec = podSpec([container('app', { securityContext: RESTRICTED })]);
  const labels = { app: 'web' };
  await restricted.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: ASKING_FOR_AMBASSADOR }, spec },
    },
  });
  const bare = await restricted.start(asking('bare', spec));
  expect(namesOf(bare.spec.initContainers)).toEqual(['ambassador']);
  await restricted.wait('deployment/web', 'condition=Available');
});

test('a Guaranteed pod stays Guaranteed', async ({ namespace }) => {
  const app = container('app', { resources: { limits: SMALL } });
  const { spec, status } = await namespace.start(asking('guaranteed', podSpec([app])));
  expect(namesOf(spec.initContainers)).toEqual(['ambassador']);
  expect(status?.qosClass).toBe('Guaranteed');
});

test('a pod whose resources as a whole are spent by its app starts, and stays Guaranteed', async ({
  namespace,
}) => {
  const whole = {
    requests: { cpu: '200m', memory: '96Mi' },
    limits: { cpu: '200m', memory: '96Mi' },
  };
  const spec = podSpec([container('app', { resources: whole })], { resources: whole });
  const started = await namespace.start(asking('budgeted', spec));
  expect(namesOf(started.spec.initContainers)).toEqual(['ambassador']);
  expect(started.status?.qosClass).toBe('Guaranteed');
  expect(await namespace.exec('budgeted', 'wget -qO- $KUBE_API_URL/version')).toContain(
    'gitVersion',
  );
});

/** As clusters with many teams have them: each container must name what the quota counts. */
const USUAL = [
  quota({
    'requests.cpu': '1',
    'requests.memory': '1Gi',
    'limits.cpu': '2',
    'limits.memory': '2Gi',
  }),
  limitRange({
    type: 'Container',
    default: { cpu: '500m', memory: '256Mi' },
    defaultRequest: { cpu: '50m', memory: '64Mi' },
    min: { cpu: '10m', memory: '4Mi' },
    max: { cpu: '1', memory: '1Gi' },
  }),
];

test('the usual ResourceQuota and LimitRange let it start, beside apps that name resources and that do not', async ({
  makeNamespace,
}) => {
  const limited = await makeNamespace();
  for (const manifest of USUAL) await limited.apply(manifest);
  await limited.start(asking('silent', podSpec([container('app')])));
  const resources = { requests: SMALL, limits: SMALL };
  await limited.start(asking('outspoken', podSpec([container('app', { resources })])));
});

test.for([
  {
    what: 'a quota that is nearly used up',
    manifest: quota({ 'limits.memory': '64Mi' }),
    refusal:
      /exceeded quota: strict, requested: limits\.memory=144Mi, used: limits\.memory=0, limited: limits\.memory=64Mi/,
  },
  {
    what: 'a largest size for containers',
    manifest: limitRange({ type: 'Container', max: { memory: '64Mi' } }),
    refusal: /maximum memory usage per Container is 64Mi, but limit is 128Mi/,
  },
  {
    what: 'a smallest size for containers',
    manifest: limitRange({ type: 'Container', min: { memory: '16Mi', cpu: '50m' } }),
    refusal: /minimum cpu usage per Container is 50m, but request is 10m/,
  },
  {
    what: 'a largest ratio of limits to requests',
    manifest: limitRange({ type: 'Container', maxLimitRequestRatio: { memory: '2' } }),
    refusal:
      /memory max limit to request ratio per Container is 2, but provided ratio is 4\.000000/,
  },
  {
    what: 'a largest size for pods',
    manifest: limitRange({ type: 'Pod', max: { memory: '128Mi' } }),
    refusal: /maximum memory usage per Pod is 128Mi, but limit is 1\d+/,
  },
])(
  '$what refuses it in the words of the docs',
  async ({ manifest, refusal }, { makeNamespace }) => {
    const limited = await makeNamespace();
    await limited.apply(manifest);
    // Burstable, so that the ambassador has its usual size.
    const resources = { requests: SMALL, limits: { memory: '16Mi' } };
    const refused = JSON.stringify(asking('refused', podSpec([container('app', { resources })])));
    await expect
      .poll(
        async () => (await limited.try(['create', '--dry-run=server', '-f', '-'], refused)).stderr,
        { timeout: 30_000 },
      )
      .toMatch(refusal);
  },
);

function asking(name: string, spec: PodSpec) {
  return pod({ name, annotations: ASKING_FOR_AMBASSADOR }, spec);
}

function namesOf(containers: readonly Container[] = []): string[] {
  return containers.map(({ name }) => name);
}

function quota(hard: Record<string, string>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'strict' },
    ...{ spec: { hard } },
  };
}

function limitRange(item: object): KubeObject {
  const spec = { limits: [item] };
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'strict' }, ...{ spec } };
}
