import { describe, expect } from 'vitest';
import { ASKING, container, firstPod, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';

test('a pod that asks sees its own metadata in its environment and under /etc/downward', async ({
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

test('a label that changes later changes in the file', async ({ namespace }) => {
  await namespace.start(firstPod('relabelled'));
  await namespace.run(['label', 'pod/relabelled', 'foo=baz', 'new=one', '--overwrite']);

  // kubelet looks again when it syncs the pod: by default once a minute, and up to 90 s late.
  await expect
    .poll(() => namespace.exec('relabelled', 'cat /etc/downward/labels'), {
      timeout: 150_000,
      interval: 500,
    })
    .toBe('foo="baz"\nnew="one"');
});

test('two containers with different limits each see their own numbers', async ({ namespace }) => {
  const limited = (name: string, cpu: string, memory: string) =>
    container(name, { resources: { requests: { cpu }, limits: { cpu: '100m', memory } } });
  await namespace.start(
    pod(
      { name: 'two', annotations: ASKING },
      podSpec([limited('small', '10m', '8Mi'), limited('large', '20m', '16Mi')]),
    ),
  );

  const numbers =
    'echo $CONTAINER_CPU_REQUEST_MILLICORES $CONTAINER_MEMORY_LIMIT_KIBIBYTES; ' +
    'cd /etc/downward; cat containerCpuRequestMilliCores; echo; cat containerMemoryLimitBytes';
  expect(await namespace.exec('two', numbers, 'small')).toBe('10 8192\n10\n8388608');
  expect(await namespace.exec('two', numbers, 'large')).toBe('20 16384\n20\n16777216');
});

test('an init container sees the metadata too', async ({ namespace }) => {
  const command = [
    'sh',
    '-c',
    'echo $POD_NAME $CONTAINER_MEMORY_LIMIT_KIBIBYTES; cat /etc/downward/labels',
  ];
  const resources = { limits: { memory: '8Mi' } };
  await namespace.start(
    pod(
      { name: 'initial', labels: { foo: 'bar' }, annotations: ASKING },
      podSpec([container('app')], { initContainers: [container('init', { command, resources })] }),
    ),
  );

  const printed = await namespace.run(['logs', 'initial', '--container=init']);
  expect(printed.trimEnd()).toBe('initial 8192\nfoo="bar"');
});

describe('what the user wrote wins', () => {
  test('a pod with a POD_NAME of its own keeps it and gets the rest', async ({ namespace }) => {
    const env = [{ name: 'POD_NAME', value: 'mine' }];
    await namespace.start(
      pod({ name: 'own', annotations: ASKING }, podSpec([container('app', { env })])),
    );
    const seen = await namespace.exec('own', 'echo $POD_NAME $POD_NAMESPACE');
    expect(seen).toBe(`mine ${namespace.name}`);
  });

  test('$(POD_NAME) in a value of the user is the name of the pod', async ({ namespace }) => {
    const env = [{ name: 'HOST', value: '$(POD_NAME).example' }];
    await namespace.start(
      pod({ name: 'referring', annotations: ASKING }, podSpec([container('app', { env })])),
    );
    expect(await namespace.exec('referring', 'echo $HOST')).toBe('referring.example');
  });
});

function parseEnv(printed: string): Map<string, string> {
  const pairs = printed.split('\n').map((line) => line.split(/=(.*)/s, 2));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}
