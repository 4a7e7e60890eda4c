import { expect } from 'vitest';
import {
  container,
  envNames,
  type Pod,
  pod,
  podSpec,
  REQUEST_METADATA,
  statusOf,
} from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { test as suite } from './suite.ts';
import { until } from './until.ts';

suite.override('runsIn', 'pod');
const test = suite.skipIf(NO_IMAGE);

test('a pod without annotations gets what its namespace requests', async ({ makeNamespace }) => {
  const requesting = await makeNamespace({
    annotations: { ...REQUEST_METADATA, 'podherald.dev/metadata-path': '/var/run/meta' },
  });
  await requesting.start(annotated('plain', {}));
  const seen = await requesting.exec('plain', 'echo $POD_NAME; cat /var/run/meta/podName');
  expect(seen).toBe('plain\nplain');
});

test('an annotation of a pod takes precedence over the same annotation of its namespace', async ({
  makeNamespace,
}) => {
  const requesting = await makeNamespace({
    annotations: { ...REQUEST_METADATA, 'podherald.dev/metadata-path': '/var/run/meta' },
  });
  const annotations = {
    'inject-metadata': 'network',
    'podherald.dev/metadata-files': 'own/name=metadata.name',
  };
  await requesting.start(annotated('other', annotations));

  const seen =
    'echo "$HOST_IP $POD_NAME"; find /var/run/meta/own/ -type f; cat /var/run/meta/own/name';
  const [env, files, content] = (await requesting.exec('other', seen)).split('\n');
  expect(env).toMatch(/^[\d.:a-f]+ $/);
  expect([files, content]).toEqual(['/var/run/meta/own/name', 'other']);
});

test('a pod with inject-metadata=false gets nothing in a namespace that requests metadata', async ({
  makeNamespace,
}) => {
  const requesting = await makeNamespace({ annotations: REQUEST_METADATA });
  const { metadata, spec } = await requesting.create(
    annotated('opted-out', { 'inject-metadata': 'false' }),
  );
  expect(envNames(spec)).toEqual([]);
  expect(metadata.annotations).toEqual({ 'inject-metadata': 'false' });
});

test('a changed annotation of a namespace applies to the next pods, without a restart of podherald', async ({
  namespace,
}) => {
  const env = async () => {
    const { spec } = await namespace.create(annotated('next', {}), '--dry-run=server');
    return envNames(spec);
  };
  expect(await env()).toEqual([]);

  await namespace.annotate('inject-metadata=network');
  await until(10, env, (names) => names.includes('HOST_IP'));

  await namespace.annotate('inject-metadata-');
  await until(10, env, (names) => names.length === 0);
});

test('an invalid annotation of a namespace denies no pod, and is reported in a warning and in the status', async ({
  makeNamespace,
}) => {
  const invalid = await makeNamespace({
    annotations: { 'inject-metadata': 'yes', 'podherald.dev/metadata-path': '/var/run/meta' },
  });
  const requesting = annotated('requesting', REQUEST_METADATA);
  const { code, stderr } = await invalid.try(['apply', '-f', '-'], JSON.stringify(requesting));
  expect(code).toBe(0);
  expect(stderr).toContain(
    `Warning: podherald: namespace ${invalid.name}: inject-metadata: invalid value "yes": expected`,
  );

  const stored = await invalid.get('pod/requesting');
  expect(envNames(stored.spec)).toContain('POD_NAME');
  expect(statusOf(stored).notInjected).toMatchObject([{ reason: 'invalid_value' }]);
});

function annotated(name: string, annotations: Record<string, string>): Pod {
  return pod({ name, annotations }, podSpec([container('app')]));
}
