import { expect } from 'vitest';
import { firstPod, type Pod } from './objects.ts';
import { test } from './suite.ts';

test('an injected pod made again from kubectl get -o yaml gets nothing more', async ({
  namespace,
}) => {
  const original = await namespace.start(firstPod('original'));
  const sent = withoutServerFields(original, 'copy');
  expect(original.metadata.annotations).toHaveProperty(['podherald.dev/status']);

  const stored = await namespace.create(sent, '--dry-run=server');

  expect(stored.metadata.annotations).toEqual(sent.metadata.annotations);
  expect(stored.spec).toEqual(sent.spec);
});

/** What one would edit out of `kubectl get -o yaml` before applying it under another name. */
function withoutServerFields({ apiVersion, kind, metadata, spec }: Pod, name: string): Pod {
  const { labels = {}, annotations = {} } = metadata;
  const { nodeName, ...rest } = spec;
  return { apiVersion, kind, metadata: { name, labels, annotations }, spec: { ...rest } };
}
