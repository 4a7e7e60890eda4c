import { expect } from 'vitest';
import { container, envNames, firstPod, type Pod, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';

test('kubectl apply --dry-run=server shows the injected pod and stores none', async ({
  namespace,
}) => {
  const args = ['apply', '--dry-run=server', '-o', 'json', '-f', '-'];
  const shown: Pod = JSON.parse(await namespace.run(args, JSON.stringify(firstPod('rehearsed'))));
  expect(envNames(shown.spec)).toContain('POD_NAME');

  const { code, stderr } = await namespace.try(['get', 'pod/rehearsed']);
  expect(code).toBe(1);
  expect(stderr).toContain('NotFound');
});

test('an unknown key under podherald.dev/ is admitted with a warning that names a known one', async ({
  namespace,
}) => {
  const annotations = { 'podherald.dev/inject-metdata': 'true' };
  const misspelt = pod({ name: 'misspelt', annotations }, podSpec([container('app')]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(misspelt));

  expect(code).toBe(0);
  expect(stderr).toMatch(/^Warning: .*inject-metdata.*inject-metadata/m);
});

test('a pod with no annotation is stored exactly as it is without podherald', async ({
  namespace,
  makeBareNamespace,
}) => {
  const bare = await makeBareNamespace();
  // No scheduler takes it up, so that nothing changes it after it is stored.
  const silent = pod(
    { name: 'silent', labels: { foo: 'bar' } },
    podSpec([container('app')], { schedulerName: 'none' }),
  );
  const seen = await namespace.create(silent);
  expect(asStored(seen)).toEqual(asStored(await bare.create(silent)));
});

/** A pod without what the API server makes up for each one. */
function asStored(stored: Pod): unknown {
  const { namespace, uid, resourceVersion, creationTimestamp, ...metadata } =
    stored.metadata as Record<string, unknown>;
  const text = JSON.stringify({ ...stored, metadata });
  return JSON.parse(text.replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access'));
}
