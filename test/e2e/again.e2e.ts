import { expect } from 'vitest';
import { firstPod, withoutServerFields } from './objects.ts';
import { countReviews } from './podherald.ts';
import { test } from './suite.ts';

test('an injected pod made again from kubectl get -o yaml gets nothing more', async ({
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
