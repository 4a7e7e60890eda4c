import { expect } from 'vitest';
import { envNames, firstPod } from './objects.ts';
import { test } from './suite.ts';

test.override('failurePolicy', 'Ignore');

test('with failurePolicy Ignore, pods start without their metadata while podherald is down', async ({
  namespace,
  podherald,
}) => {
  const injected = await namespace.create(firstPod('injected'), '--dry-run=server');
  expect(envNames(injected.spec)).toContain('POD_NAME');

  await podherald.remove();
  const { metadata, spec } = await namespace.start(firstPod('not-injected'));

  expect(envNames(spec)).toEqual([]);
  expect(metadata.annotations).not.toHaveProperty(['podherald.dev/status']);
});
