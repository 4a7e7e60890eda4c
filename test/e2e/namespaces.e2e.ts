import { expect } from 'vitest';
import { NO_IMAGE } from './in-cluster.ts';
import { ASKING, container, envNames, type Pod, pod, podSpec, statusOf } from './objects.ts';
import { test as suite } from './suite.ts';
import { until } from './until.ts';

suite.override('place', 'the cluster');
const test = suite.skipIf(NO_IMAGE);

test('a pod that says nothing gets what its namespace asks for', async ({ makeNamespace }) => {
  const asking = await makeNamespace({
    annotations: { ...ASKING, 'podherald.dev/metadata-path': '/var/run/meta' },
  });
  await asking.start(saying('silent', {}));
  const seen = await asking.exec('silent', 'echo $POD_NAME; cat /var/run/meta/podName');
  expect(seen).toBe('silent\nsilent');
});

test("a pod's word counts before its namespace's, for each key alone", async ({
  makeNamespace,
}) => {
  const asking = await makeNamespace({
    annotations: { ...ASKING, 'podherald.dev/metadata-path': '/var/run/meta' },
  });
  const annotations = {
    'inject-metadata': 'network',
    'podherald.dev/metadata-files': 'own/name=metadata.name',
  };
  await asking.start(saying('other', annotations));

  const seen =
    'echo "$HOST_IP $POD_NAME"; find /var/run/meta/own/ -type f; cat /var/run/meta/own/name';
  const [env, files, content] = (await asking.exec('other', seen)).split('\n');
  expect(env).toMatch(/^[\d.:a-f]+ $/);
  expect([files, content]).toEqual(['/var/run/meta/own/name', 'other']);
});

test('a pod that says false gets nothing where its namespace asks', async ({ makeNamespace }) => {
  const asking = await makeNamespace({ annotations: ASKING });
  const { metadata, spec } = await asking.create(saying('quiet', { 'inject-metadata': 'false' }));
  expect(envNames(spec)).toEqual([]);
  expect(metadata.annotations).toEqual({ 'inject-metadata': 'false' });
});

test('a namespace annotated while podherald runs counts for its next pods, until it takes it back', async ({
  namespace,
}) => {
  const env = async () => {
    const { spec } = await namespace.create(saying('next', {}), '--dry-run=server');
    return envNames(spec);
  };
  expect(await env()).toEqual([]);

  await namespace.annotate('inject-metadata=network');
  await until(10, env, (names) => names.includes('HOST_IP'));

  await namespace.annotate('inject-metadata-');
  await until(10, env, (names) => names.length === 0);
});

test('a namespace at fault denies no pod, and is named in a warning and in the status', async ({
  makeNamespace,
}) => {
  const faulty = await makeNamespace({
    annotations: { 'inject-metadata': 'yes', 'podherald.dev/metadata-path': '/var/run/meta' },
  });
  const asking = saying('asking', ASKING);
  const { code, stderr } = await faulty.try(['apply', '-f', '-'], JSON.stringify(asking));
  expect(code).toBe(0);
  expect(stderr).toContain(
    `Warning: podherald: namespace ${faulty.name}: inject-metadata: "yes": expected true, false`,
  );

  const stored = await faulty.get('pod/asking');
  expect(envNames(stored.spec)).toContain('POD_NAME');
  expect(statusOf(stored).notInjected).toMatchObject([{ reason: 'invalid_value' }]);
});

function saying(name: string, annotations: Record<string, string>): Pod {
  return pod({ name, annotations }, podSpec([container('app')]));
}
