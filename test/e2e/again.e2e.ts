import { expect } from 'vitest';
import { firstPod, type Pod } from './objects.ts';
import { test } from './suite.ts';

test('an injected pod made again from kubectl get -o yaml gets nothing more', async ({
  namespace,
  podherald,
}) => {
  await namespace.create(firstPod('original'));
  const original = await namespace.running('pod/original');
  expect(original.metadata.annotations).toHaveProperty(['podherald.dev/status']);
  const sent = withoutServerFields(original, 'copy');
  const unchangedBefore = await podherald.countReviews('unchanged');

  const stored = await namespace.create(sent, '--dry-run=server');

  expect(await podherald.countReviews('unchanged')).toBe(unchangedBefore + 1);
  expect(stored.metadata.annotations).toEqual(sent.metadata.annotations);
  expect(stored.spec).toEqual(sent.spec);
});

/** What one would edit out of `kubectl get -o yaml` before applying it under another name. */
function withoutServerFields({ apiVersion, kind, metadata, spec }: Pod, name: string): Pod {
  const { labels = {}, annotations = {} } = metadata;
  const { nodeName, ...rest } = spec;
  return { apiVersion, kind, metadata: { name, labels, annotations }, spec: { ...rest } };
}
