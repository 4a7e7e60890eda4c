import { expect, vi } from 'vitest';
import { compile } from '../../src/config/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Rules } from '../../src/core/decision/rules.ts';
import { hasPolicies } from './features.ts';
import type { Namespace } from './namespace.ts';
import { container, type List, type Pod, pod, podSpec, RESTRICTED } from './objects.ts';
import { configText } from './podherald.ts';

import { checkPolicies } from './policy-check.ts';
import { createInEach, type NamespaceTriple, test as suite } from './policy-suite.ts';

const CONFIG = {
  cluster: { name: 'prod-eu' },
  profiles: {
    known: {
      env: {
        KIND: 'workload.kind',
        WORKLOAD: 'workload.name',
        CONTAINER: 'container.name',
        IMAGE: 'container.image',
        TAG: 'container.imageTag',
        CLUSTER: 'cluster.name',
        SERVICE: '$(CLUSTER)/$(WORKLOAD):$(TAG)',
      },
    },
    fallback: {
      env: {
        TEAM: "namespace.labels['example.com/team']",
        OWNER: "metadata.labels['owner'] | namespace.labels['example.com/team']",
        NOBODY: "namespace.labels['example.com/nobody']",
        NAME: "metadata.labels['app.kubernetes.io/name'] | workload.name",
        NOTE: "metadata.annotations['note'] | namespace.labels['listed'] | container.name",
        LIMIT: "metadata.labels['limit'] | limits.memory:1Mi",
        NONE: "metadata.labels['none'] | metadata.annotations['none']",
        ABOUT: '$(OWNER)/$(NONE)',
        TITLE: '$(TEAM):$(NAME)',
      },
    },
  },
  namespaces: { labels: ['listed'] },
  otel: { useLabels: true },
} as const;

const RULES = rulesOf(configText(CONFIG));

const HAS_POLICIES = await hasPolicies();
if (!HAS_POLICIES) console.log('skipped: MutatingAdmissionPolicy v1 needs Kubernetes 1.36');

suite.override('config', CONFIG);

const test = suite
  .extend('triple', { scope: 'file' }, async ({ makeTriples }): Promise<NamespaceTriple> => {
    const [triple] = await makeTriples([{ labels: { 'example.com/team': 'shop' } }]);
    if (triple === undefined) throw new Error('expected a namespace');
    return triple;
  })
  .skipIf(!HAS_POLICIES);

const REQUEST = { 'inject-metadata': 'known' };
const UID = '6f1f0e5e-0000-4000-8000-000000000000';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const HASH = { 'pod-template-hash': '5d89b' };

const OWNERS: readonly (readonly [string, string, string, Record<string, string>])[] = [
  ['apps/v1', 'ReplicaSet', 'web-5d89b', HASH],
  ['apps/v1', 'ReplicaSet', 'web-5d89b', { 'rollouts-pod-template-hash': '5d89b' }],
  ['apps/v1', 'ReplicaSet', 'web-5d89b', {}],
  ['apps/v1', 'ReplicaSet', '-5d89b', HASH],
  ['apps/v1', 'ReplicaSet', 'web-', { 'pod-template-hash': '' }],
  ['example.com/v1', 'ReplicaSet', 'web-5d89b', HASH],
  ['batch/v1', 'Job', 'backup-29735040', {}],
  ['batch/v1', 'Job', 'backup-20260131', {}],
  ['batch/v1', 'Job', '-29735040', {}],
  ['example.com/v1', '$(KIND)', '$$(A)$', {}],
  ['example.com/v1', 'K'.repeat(1025), '\u{1f600}'.repeat(1024), {}],
];

const IMAGES = [
  'busybox',
  'registry.example:5000/shop/web:v1.2',
  `registry.example:5000/web@${DIGEST}`,
  `web:1.2@${DIGEST}`,
  '[2001:db8::1]:5000/web:1',
  'Web:1',
  'web:$(TAG)',
  'web@sha256:abc',
  `web:${'1'.repeat(129)}`,
  'a'.repeat(1025),
];

test('the policies inject the same values as the webhook for all owners and images', async ({
  triple,
  api,
}) => {
  const pods = [
    ...OWNERS.map(([apiVersion, kind, name, labels]) => ({
      labels,
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Other', name: 'other', uid: UID, controller: false },
        { apiVersion, kind, name, uid: UID, controller: true },
      ],
    })),
    {},
  ].map((more) => sentPod(more, IMAGES));
  for (const sent of pods) {
    const results = await createInEach(api, triple, sent);
    expect(results.byWebhook.kind, results.byWebhook.message).toBe('accepted');
    expect(checkPolicies(sent, triple, results, RULES)).toBe('covered');
  }
  const own = sentPod({}, ['web:1', 'Web'], [{ name: 'TAG', value: 'mine' }]);
  const results = await createInEach(api, triple, own);
  expect(checkPolicies(own, triple, results, RULES)).toBe('covered');
});

const LABELS = [
  {},
  { owner: 'me', 'app.kubernetes.io/name': 'web', limit: '1', none: 'x' },
  { owner: '', 'app.kubernetes.io/instance': 'web-1', 'app.kubernetes.io/version': '1.2.3' },
  { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': '' },
];

const RESOURCE = 'resource.opentelemetry.io/';

const ANNOTATIONS: readonly Record<string, string>[] = [
  {},
  { note: 'n', none: 'x', [`${RESOURCE}service.name`]: '', [`${RESOURCE}team`]: 'a b' },
  {
    [`${RESOURCE}z`]: ' %$(POD)$$,=;"\\!*\'()+#&?/:@[]{}|^`<>~_-.',
    [`${RESOURCE}Service.Name`]: 'x',
    [`${RESOURCE}service.name`]: 'own',
    [`${RESOURCE}k8s.pod.uid`]: 'mine',
    [`${RESOURCE}container.image.tags`]: 'mine',
  },
  {
    [`${RESOURCE}k8s.container.name`]: 'c',
    [`${RESOURCE}service.instance.id`]: 'i',
    [`${RESOURCE}service.namespace`]: 'ns',
    [`${RESOURCE}service.version`]: 'v',
  },
  { [`${RESOURCE}long`]: 'x'.repeat(16_384 - 'long='.length) },
  { [`${RESOURCE}long`]: 'x'.repeat(16_384 - 'long='.length + 1) },
];

const REQUESTS = ['fallback', 'otel', 'topology', 'otel,fallback,known,default'];

test.for(REQUESTS)(
  'the policies inject the same as the webhook for all labels and annotations: %s',
  { timeout: 120_000 },
  async (request, { triple, api }) => {
    for (const labels of LABELS) {
      for (const annotations of ANNOTATIONS) {
        const more = { labels, annotations: { ...annotations, 'inject-metadata': request } };
        const sent = sentPod(more, ['web:1.2', `[2001:db8::1]:5000/web@${DIGEST}`, 'Web']);
        const results = await createInEach(api, triple, sent);
        expect(results.byWebhook.kind, results.byWebhook.message).toBe('accepted');
        expect(checkPolicies(sent, triple, results, RULES)).toBe('covered');
      }
    }
  },
);

test('the policies inject the same attributes as the webhook for all owners', async ({
  triple,
  api,
}) => {
  const annotations = { 'inject-metadata': 'otel' };
  const all = OWNERS.map(([apiVersion, kind, name, labels]) => ({
    labels,
    ownerReferences: [{ apiVersion, kind, name, uid: UID, controller: true }],
  }));
  for (const more of all) {
    const sent = sentPod({ ...more, annotations }, IMAGES);
    const results = await createInEach(api, triple, sent);
    const isEmoji = more.ownerReferences[0]?.name.includes('\u{1f600}') === true;
    expect(checkPolicies(sent, triple, results, RULES)).toBe(isEmoji ? 'not covered' : 'covered');
  }
});

test('the policies leave a pod alone whose attributes they cannot encode', async ({
  triple,
  api,
}) => {
  for (const value of ['é', 'a\nb', '\u007f']) {
    const annotations = { 'inject-metadata': 'otel', [`${RESOURCE}team`]: value };
    const sent = sentPod({ annotations }, ['web']);
    const results = await createInEach(api, triple, sent);
    expect(checkPolicies(sent, triple, results, RULES)).toBe('not covered');
  }
});

function sentPod(more: object, images: readonly string[], env: readonly object[] = []): Pod {
  const containers = images.map((image, at) => container(`c${at}`, { image, env: env as never }));
  const { metadata, ...rest } = pod({ name: 'sent', annotations: REQUEST }, podSpec(containers));
  return { ...rest, metadata: { ...metadata, ...more } };
}

const APP = {
  metadata: { labels: { app: 'a' }, annotations: REQUEST },
  spec: { containers: [container('app', { securityContext: RESTRICTED })] },
};
const SELECTOR = { matchLabels: { app: 'a' } };

const WORKLOADS = [
  ['Deployment', 'apps/v1', { selector: SELECTOR, template: APP }],
  ['StatefulSet', 'apps/v1', { selector: SELECTOR, serviceName: 'a', template: APP }],
  [
    'CronJob',
    'batch/v1',
    {
      schedule: '* * * * *',
      jobTemplate: {
        spec: { template: { ...APP, spec: { ...APP.spec, restartPolicy: 'Never' } } },
      },
    },
  ],
] as const;

test.for(WORKLOADS)(
  'a pod of a %s knows its workload, by the webhook and by the policies',
  { timeout: 120_000 },
  async ([kind, apiVersion, spec], { triple }) => {
    const name = `of-${kind.toLowerCase()}`;
    for (const namespace of [triple.byWebhook, triple.byPolicy]) {
      await namespace.apply({ apiVersion, kind, metadata: { name }, spec });
      const created = await vi.waitFor(() => podOf(namespace, name), {
        timeout: 100_000,
        interval: 500,
      });
      expect(valuesOf(created)).toEqual({
        KIND: kind,
        WORKLOAD: name,
        CONTAINER: 'app',
        IMAGE: 'busybox:latest',
        TAG: 'latest',
        CLUSTER: 'prod-eu',
        SERVICE: '$(CLUSTER)/$(WORKLOAD):$(TAG)',
      });
    }
  },
);

async function podOf(namespace: Namespace, name: string): Promise<Pod> {
  const { items }: List<Pod> = JSON.parse(await namespace.run(['get', 'pods', '-o', 'json']));
  const found = items.find(({ metadata }) => metadata.name?.startsWith(name));
  if (found === undefined) throw new Error(`no pod of ${name} yet`);
  return found;
}

function valuesOf({ spec }: Pod): Record<string, string | undefined> {
  const env = spec.containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

function rulesOf(text: string): Rules {
  const parsed = parseConfig(text);
  if ('config' in parsed) return compile(parsed.config, 'test').rules;
  throw new Error(JSON.stringify(parsed.faults));
}
