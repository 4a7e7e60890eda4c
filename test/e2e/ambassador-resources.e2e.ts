import { expect } from 'vitest';
import { hasPodLevelResources } from './features.ts';
import {
  type Container,
  container,
  type KubeObject,
  type PodSpec,
  pod,
  podSpec,
  REQUEST_AMBASSADOR,
  RESTRICTED,
} from './objects.ts';
import { test } from './suite.ts';

const HAS_POD_LEVEL_RESOURCES = await hasPodLevelResources();
if (!HAS_POD_LEVEL_RESOURCES) console.log('skipped: pod-level resources need Kubernetes 1.34');

const SMALL = { cpu: '50m', memory: '16Mi' };

test('Pod Security level restricted accepts a pod and a Deployment with an ambassador', async ({
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
      template: { metadata: { labels, annotations: REQUEST_AMBASSADOR }, spec },
    },
  });
  const bare = await restricted.start(requesting('bare', spec));
  expect(namesOf(bare.spec.initContainers)).toEqual(['ambassador']);
  await restricted.wait('deployment/web', 'condition=Available');
});

test('a pod of QoS class Guaranteed keeps its class', async ({ namespace }) => {
  const app = container('app', { resources: { limits: SMALL } });
  const { spec, status } = await namespace.start(requesting('guaranteed', podSpec([app])));
  expect(namesOf(spec.initContainers)).toEqual(['ambassador']);
  expect(status?.qosClass).toBe('Guaranteed');
});

test.skipIf(!HAS_POD_LEVEL_RESOURCES)(
  'a pod whose app uses all of the pod-level resources starts, and stays Guaranteed',
  async ({ namespace }) => {
    const whole = {
      requests: { cpu: '200m', memory: '96Mi' },
      limits: { cpu: '200m', memory: '96Mi' },
    };
    const spec = podSpec([container('app', { resources: whole })], { resources: whole });
    const started = await namespace.start(requesting('budgeted', spec));
    expect(namesOf(started.spec.initContainers)).toEqual(['ambassador']);
    expect(started.status?.qosClass).toBe('Guaranteed');
    expect(await namespace.exec('budgeted', 'wget -qO- $KUBE_API_URL/version')).toContain(
      'gitVersion',
    );
  },
);

/** As in a cluster of several teams: every container needs requests and limits. */
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

test('under a typical ResourceQuota and LimitRange, pods with an ambassador start, with and without resources of their own', async ({
  makeNamespace,
}) => {
  const limited = await makeNamespace();
  for (const manifest of USUAL) await limited.apply(manifest);
  await limited.start(requesting('silent', podSpec([container('app')])));
  const resources = { requests: SMALL, limits: SMALL };
  await limited.start(requesting('outspoken', podSpec([container('app', { resources })])));
});

test.for([
  {
    what: 'a ResourceQuota that is nearly used up',
    manifest: quota({ 'limits.memory': '64Mi' }),
    message:
      /exceeded quota: strict, requested: limits\.memory=144Mi, used: limits\.memory=0, limited: limits\.memory=64Mi/,
  },
  {
    what: 'a LimitRange with a maximum for containers',
    manifest: limitRange({ type: 'Container', max: { memory: '64Mi' } }),
    message: /maximum memory usage per Container is 64Mi, but limit is 128Mi/,
  },
  {
    what: 'a LimitRange with a minimum for containers',
    manifest: limitRange({ type: 'Container', min: { memory: '16Mi', cpu: '50m' } }),
    message: /minimum cpu usage per Container is 50m, but request is 10m/,
  },
  {
    what: 'a LimitRange with a maximum ratio of limits to requests',
    manifest: limitRange({ type: 'Container', maxLimitRequestRatio: { memory: '2' } }),
    message:
      /memory max limit to request ratio per Container is 2, but provided ratio is 4\.000000/,
  },
  {
    what: 'a LimitRange with a maximum for pods',
    manifest: limitRange({ type: 'Pod', max: { memory: '128Mi' } }),
    message: /maximum memory usage per Pod is 128Mi, but limit is 1\d+/,
  },
])(
  '$what can reject the ambassador, with the message that the docs quote',
  async ({ manifest, message }, { makeNamespace }) => {
    const limited = await makeNamespace();
    await limited.apply(manifest);
    // In a Burstable pod, the ambassador has its default resources.
    const resources = { requests: SMALL, limits: { memory: '16Mi' } };
    const rejected = JSON.stringify(
      requesting('rejected', podSpec([container('app', { resources })])),
    );
    await expect
      .poll(
        async () => (await limited.try(['create', '--dry-run=server', '-f', '-'], rejected)).stderr,
        { timeout: 30_000 },
      )
      .toMatch(message);
  },
);

function requesting(name: string, spec: PodSpec) {
  return pod({ name, annotations: REQUEST_AMBASSADOR }, spec);
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
