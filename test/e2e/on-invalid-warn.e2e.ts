import { expect } from 'vitest';
import { container, deployment, envNames, pod, podSpec, statusOf } from './objects.ts';
import { test } from './suite.ts';

test.override('config', { onInvalid: 'warn' });

const HALF_INVALID = { 'podherald.dev/metadata-env': 'MY_NAME=metadata.name, PHASE=status.phase' };

test('with onInvalid: warn, a pod is created without the invalid part, and kubectl shows a warning', async ({
  namespace,
}) => {
  const invalid = pod({ name: 'invalid', annotations: HALF_INVALID }, podSpec([container('app')]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(invalid));

  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^Warning: podherald: podherald\.dev\/metadata-env: invalid value "PHASE=status\.phase": expected .*; did you mean status\.podIP\?/m,
  );
  const { spec } = await namespace.running('pod/invalid');
  expect(envNames(spec)).toEqual(['MY_NAME']);
});

test('with onInvalid: warn, the status annotation of the pods of a Deployment shows the invalid value', async ({
  namespace,
}) => {
  await namespace.apply(deployment('invalid', HALF_INVALID));
  await namespace.wait('deployment/invalid', 'condition=Available');

  const [created] = await namespace.podsOf('app=invalid');
  expect(created && envNames(created.spec)).toEqual(['MY_NAME']);
  expect(created && statusOf(created).notInjected).toEqual([
    {
      reason: 'invalid_value',
      message: expect.stringMatching(
        /^podherald\.dev\/metadata-env: invalid value "PHASE=status\.phase": /,
      ),
    },
  ]);
});
