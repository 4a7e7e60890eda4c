import { expect } from 'vitest';
import { ASKING, container, envNames, type Pod, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';

/** The keys and values of all annotations of an object may have so many bytes (apimachinery). */
const LIMIT_BYTES = 262_144;

test('a pod with 200 KiB of annotations is injected and reads them all from its file', async ({
  namespace,
}) => {
  await namespace.create(annotated('large', 200 * 1024));
  await namespace.running('pod/large');
  const size = await namespace.exec('large', 'wc -c </etc/downward/annotations');
  expect(Number(size)).toBeGreaterThan(200 * 1024);
});

test('a pod whose annotations leave no room for the status is injected without it', async ({
  namespace,
}) => {
  const { spec, metadata } = await namespace.create(
    annotated('full', LIMIT_BYTES),
    '--dry-run=server',
  );
  expect(envNames(spec)).toContain('POD_NAME');
  expect(metadata.annotations).not.toHaveProperty(['podherald.dev/status']);
});

/** A pod whose annotations have so many bytes in all. */
function annotated(name: string, bytes: number): Pod {
  const taken = Object.entries({ ...ASKING, filler: '' })
    .join('')
    .replaceAll(',', '').length;
  const annotations = { ...ASKING, filler: 'x'.repeat(bytes - taken) };
  return pod({ name, annotations }, podSpec([container('app')]));
}
