import { expect } from 'vitest';
import { ASKING, container, pod, podSpec, RESTRICTED } from './objects.ts';
import { test } from './suite.ts';

test('a namespace that enforces Pod Security restricted accepts an injected pod that complies', async ({
  makeNamespace,
}) => {
  const restricted = await makeNamespace({
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
  const app = container('app', { securityContext: RESTRICTED });
  await restricted.start(pod({ name: 'compliant', annotations: ASKING }, podSpec([app])));
  const seen = await restricted.exec('compliant', 'echo $POD_NAME; cat /etc/downward/podName');
  expect(seen).toBe('compliant\ncompliant');
});
