import { expect } from 'vitest';
import { container, deployment, envNames, pod, podSpec, statusOf } from './objects.ts';
import { test } from './suite.ts';

test.override('config', { onInvalid: 'warn' });

const HALF_FAULTY = { 'podherald.dev/metadata-env': 'MY_NAME=metadata.name, PHASE=status.phase' };

test('under onInvalid: warn, a faulty pod is made without that part, and kubectl shows the fault as a warning', async ({
  namespace,
}) => {
  const faulty = pod({ name: 'faulty', annotations: HALF_FAULTY }, podSpec([container('app')]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(faulty));

  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^Warning: podherald: podherald\.dev\/metadata-env: "PHASE=status\.phase": expected a source/m,
  );
  const { spec } = await namespace.running('pod/faulty');
  expect(envNames(spec)).toEqual(['MY_NAME']);
});

test("under onInvalid: warn, the owner of a Deployment reads the fault in its pods' status", async ({
  namespace,
}) => {
  await namespace.apply(deployment('faulty', HALF_FAULTY));
  await namespace.wait('deployment/faulty', 'condition=Available');

  const [made] = await namespace.podsOf('app=faulty');
  expect(made && envNames(made.spec)).toEqual(['MY_NAME']);
  expect(made && statusOf(made).notInjected).toEqual([
    {
      reason: 'invalid_value',
      message: expect.stringMatching(/^podherald\.dev\/metadata-env: "PHASE=status\.phase": /),
    },
  ]);
});
