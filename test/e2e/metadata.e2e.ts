import { describe, expect } from 'vitest';
import {
  container,
  envNames,
  firstPod,
  type Pod,
  pod,
  podSpec,
  REQUEST_METADATA,
  RESTRICTED,
  withoutServerFields,
} from './objects.ts';
import { countReviews } from './podherald.ts';
import { test } from './suite.ts';

test('a pod gets its metadata as environment variables and as files in /etc/downward', async ({
  namespace,
}) => {
  const { spec, status } = await namespace.start(firstPod('first'));

  const env = parseEnv(await namespace.exec('first', 'env'));
  expect(env.get('POD_NAME')).toBe('first');
  expect(env.get('POD_NAMESPACE')).toBe(namespace.name);
  expect(status?.podIP).toMatch(/./);
  expect(env.get('POD_IP')).toBe(status?.podIP);
  expect(env.get('NODE_NAME')).toBe(spec.nodeName);
  expect(env.get('SERVICE_ACCOUNT')).toBe('default');
  expect(env.get('CONTAINER_CPU_REQUEST_MILLICORES')).toBe('15');
  expect(env.get('CONTAINER_MEMORY_LIMIT_KIBIBYTES')).toBe('8192');

  const read = (file: string) => namespace.exec('first', `cat /etc/downward/${file}`);
  expect(await read('podName')).toBe('first');
  expect(await read('podNamespace')).toBe(namespace.name);
  expect(await read('labels')).toBe('foo="bar"');
  expect(await read('annotations')).toContain('inject-metadata="true"');
  expect(await read('containerCpuRequestMilliCores')).toBe('15');
  expect(await read('containerMemoryLimitBytes')).toBe('8388608');
});

test('a changed label changes the file labels', async ({ namespace }) => {
  await namespace.start(firstPod('relabelled'));
  await namespace.run(['label', 'pod/relabelled', 'foo=baz', 'new=one', '--overwrite']);

  // kubelet updates the file when it syncs the pod: by default once a minute, up to 90 s later.
  await expect
    .poll(() => namespace.exec('relabelled', 'cat /etc/downward/labels'), {
      timeout: 150_000,
      interval: 500,
    })
    .toBe('foo="baz"\nnew="one"');
});

test('each container gets the values of its own resources', async ({ namespace }) => {
  const limited = (name: string, cpu: string, memory: string) =>
    container(name, { resources: { requests: { cpu }, limits: { cpu: '100m', memory } } });
  await namespace.start(
    pod(
      { name: 'two', annotations: REQUEST_METADATA },
      podSpec([limited('small', '10m', '8Mi'), limited('large', '20m', '16Mi')]),
    ),
  );

  const numbers =
    'echo $CONTAINER_CPU_REQUEST_MILLICORES $CONTAINER_MEMORY_LIMIT_KIBIBYTES; ' +
    'cd /etc/downward; cat containerCpuRequestMilliCores; echo; cat containerMemoryLimitBytes';
  expect(await namespace.exec('two', numbers, 'small')).toBe('10 8192\n10\n8388608');
  expect(await namespace.exec('two', numbers, 'large')).toBe('20 16384\n20\n16777216');
});

test('an init container gets the metadata too', async ({ namespace }) => {
  const command = [
    'sh',
    '-c',
    'echo $POD_NAME $CONTAINER_MEMORY_LIMIT_KIBIBYTES; cat /etc/downward/labels',
  ];
  const resources = { limits: { memory: '8Mi' } };
  await namespace.start(
    pod(
      { name: 'initial', labels: { foo: 'bar' }, annotations: REQUEST_METADATA },
      podSpec([container('app')], { initContainers: [container('init', { command, resources })] }),
    ),
  );

  const printed = await namespace.run(['logs', 'initial', '--container=init']);
  expect(printed.trimEnd()).toBe('initial 8192\nfoo="bar"');
});

describe("a pod's own values", () => {
  test('a pod keeps its own POD_NAME and gets the other variables', async ({ namespace }) => {
    const env = [{ name: 'POD_NAME', value: 'mine' }];
    await namespace.start(
      pod({ name: 'own', annotations: REQUEST_METADATA }, podSpec([container('app', { env })])),
    );
    const seen = await namespace.exec('own', 'echo $POD_NAME $POD_NAMESPACE');
    expect(seen).toBe(`mine ${namespace.name}`);
  });

  test('$(POD_NAME) in a variable of the pod expands to the name of the pod', async ({
    namespace,
  }) => {
    const env = [{ name: 'HOST', value: '$(POD_NAME).example' }];
    await namespace.start(
      pod(
        { name: 'referring', annotations: REQUEST_METADATA },
        podSpec([container('app', { env })]),
      ),
    );
    expect(await namespace.exec('referring', 'echo $HOST')).toBe('referring.example');
  });
});

function parseEnv(printed: string): Map<string, string> {
  const pairs = printed.split('\n').map((line) => line.split(/=(.*)/s, 2));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

test('an injected pod that is created again from kubectl get -o yaml is not changed', async ({
  namespace,
  podherald,
}) => {
  await namespace.create(firstPod('original'));
  const original = await namespace.running('pod/original');
  expect(original.metadata.annotations).toHaveProperty(['podherald.dev/status']);
  const sent = withoutServerFields(original, 'copy');
  const unchangedBefore = await countReviews(podherald, 'unchanged');

  const stored = await namespace.create(sent, '--dry-run=server');

  expect(await countReviews(podherald, 'unchanged')).toBe(unchangedBefore + 1);
  expect(stored.metadata.annotations).toEqual(sent.metadata.annotations);
  expect(stored.spec).toEqual(sent.spec);
});

test('Pod Security level restricted accepts an injected pod that complies without injection', async ({
  makeNamespace,
}) => {
  const restricted = await makeNamespace({
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
  const app = container('app', { securityContext: RESTRICTED });
  await restricted.start(pod({ name: 'compliant', annotations: REQUEST_METADATA }, podSpec([app])));
  const seen = await restricted.exec('compliant', 'echo $POD_NAME; cat /etc/downward/podName');
  expect(seen).toBe('compliant\ncompliant');
});

/** The size limit of all annotations of an object, keys and values together (apimachinery). */
const LIMIT_BYTES = 262_144;

test('a pod with 200 KiB of annotations is injected, and all of them are in the file annotations', async ({
  namespace,
}) => {
  await namespace.create(annotated('large', 200 * 1024));
  await namespace.running('pod/large');
  const size = await namespace.exec('large', 'wc -c </etc/downward/annotations');
  expect(Number(size)).toBeGreaterThan(200 * 1024);
});

test('a pod whose annotations are as large as allowed is injected without the status annotation', async ({
  namespace,
}) => {
  const { spec, metadata } = await namespace.create(
    annotated('full', LIMIT_BYTES),
    '--dry-run=server',
  );
  expect(envNames(spec)).toContain('POD_NAME');
  expect(metadata.annotations).not.toHaveProperty(['podherald.dev/status']);
});

/** A pod whose annotations have this size. */
function annotated(name: string, bytes: number): Pod {
  const otherBytes = Object.entries({ ...REQUEST_METADATA, filler: '' })
    .join('')
    .replaceAll(',', '').length;
  const annotations = { ...REQUEST_METADATA, filler: 'x'.repeat(bytes - otherBytes) };
  return pod({ name, annotations }, podSpec([container('app')]));
}
