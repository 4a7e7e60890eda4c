import { expect } from 'vitest';
import { hasResize } from './features.ts';
import { firstPod } from './objects.ts';
import { test as suite } from './suite.ts';

const HAS_RESIZE = await hasResize();
if (!HAS_RESIZE) console.log('skipped: the resize of running containers needs Kubernetes 1.33');
const test = suite.skipIf(!HAS_RESIZE);

test('after a resize, the files show the new limit, and the variables keep the first one', async ({
  namespace,
}) => {
  await namespace.start(firstPod('resized'));
  const containers = [{ name: 'app', resources: { limits: { memory: '16Mi' } } }];
  const patch = JSON.stringify({ spec: { containers } });
  await namespace.run(['patch', 'pod/resized', '--subresource=resize', `--patch=${patch}`]);

  // kubelet updates the file when it syncs the pod: by default once a minute, up to 90 s later.
  await expect
    .poll(() => namespace.exec('resized', 'cat /etc/downward/containerMemoryLimitBytes'), {
      timeout: 150_000,
      interval: 500,
    })
    .toBe('16777216');
  expect(await namespace.exec('resized', 'echo $CONTAINER_MEMORY_LIMIT_KIBIBYTES')).toBe('8192');
});
