import { expect } from 'vitest';
import { envNames, firstPod } from './objects.ts';
import { test } from './suite.ts';

test.override('failurePolicy', 'Ignore');

test('under failurePolicy Ignore, pods start without their metadata while podherald is down', async ({
  namespace,
  podherald,
}) => {
  const before = await namespace.create(firstPod('before'), '--dry-run=server');
  expect(envNames(before.spec)).toContain('POD_NAME');

  await podherald.remove();
  const { metadata, spec } = await namespace.start(firstPod('after'));

  expect(envNames(spec)).toEqual([]);
  expect(metadata.annotations).not.toHaveProperty(['podherald.dev/status']);
});
