import { expect } from 'vitest';
import { ASKING, container, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';

test('a namespace that enforces Pod Security restricted accepts an injected pod that complies', async ({
  makeNamespace,
}) => {
  const restricted = await makeNamespace({
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  await restricted.start(
    pod(
      { name: 'compliant', annotations: ASKING },
      podSpec([container('app', { securityContext })], {
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 10_001,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      }),
    ),
  );
  const seen = await restricted.exec('compliant', 'echo $POD_NAME; cat /etc/downward/podName');
  expect(seen).toBe('compliant\ncompliant');
});
