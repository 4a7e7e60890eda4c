import { expect } from 'vitest';
import { container, deployment, type KubeObject, type List, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';

/** Typical mistakes: one in each annotation, and two in `metadata-files`. */
const INVALID = {
  'inject-metadata': 'yes',
  'podherald.dev/metadata-env': "POD_IP=status.podip, TIER=metadata.labels['tier']",
  'podherald.dev/metadata-files': 'cpu=limits.cpu:1Mi\nip=status.podIP',
  'podherald.dev/metadata-containers': 'ap',
};

/** The message about them, after the name of the pod. */
const MESSAGE = `\
5 errors in the annotations: inject-metadata: invalid value "yes": expected true, false, or profile names separated by commas; did you mean true?
- podherald.dev/metadata-containers: the pod has no container "ap"; did you mean app?
- podherald.dev/metadata-env: invalid value "POD_IP=status.podip": expected a source such as metadata.name, status.podIP or limits.memory; did you mean status.podIP?
- podherald.dev/metadata-files: invalid value "cpu=limits.cpu:1Mi": expected a divisor for cpu: 1m, 1
- podherald.dev/metadata-files: invalid value "ip=status.podIP": status.podIP works only as a variable; move it to metadata-env`;

test('a pod with invalid annotations is denied, and kubectl shows each fault and its correction', async ({
  namespace,
}) => {
  const invalid = pod({ name: 'invalid', annotations: INVALID }, podSpec([container('app')]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(invalid));

  expect(code).toBe(1);
  expect(stderr.trimEnd()).toBe(
    `Error from server (Forbidden): error when creating "STDIN": admission webhook "pods.podherald.dev" denied the request: pod ${namespace.name}/invalid: ${MESSAGE}`,
  );
  await expect(namespace.get('pod/invalid')).rejects.toThrow('NotFound');
});

test('a denied pod gets the warnings about its other annotations, too', async ({ namespace }) => {
  const annotations = { 'inject-metadata': 'yes', 'podherald.dev/inject-metdata': 'true' };
  const invalid = pod({ name: 'invalid', annotations }, podSpec([container('app')]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(invalid));

  expect(code).toBe(1);
  expect(stderr).toContain(
    'Warning: podherald: podherald.dev/inject-metdata is not an annotation of podherald; did you mean inject-metadata?',
  );
  expect(stderr).toMatch(
    /denied the request: pod \S+\/invalid: inject-metadata: invalid value "yes": .*$/m,
  );
});

test('invalid annotations of a Deployment are reported in its status and in an event of its ReplicaSet', async ({
  namespace,
}) => {
  await namespace.apply(deployment('invalid', INVALID));

  await namespace.wait('deployment/invalid', 'condition=ReplicaFailure', 30);
  const { status } = await namespace.get<WithConditions>('deployment/invalid');
  const failure = status.conditions.find(({ type }) => type === 'ReplicaFailure');
  expect(failure?.message).toContain(MESSAGE);

  const events = ['get', 'events', '--field-selector=reason=FailedCreate', '-o', 'json'];
  const { items }: List<Event> = JSON.parse(await namespace.run(events));
  const [event] = items.filter(({ involvedObject }) => involvedObject.kind === 'ReplicaSet');
  expect(event?.message).toContain('admission webhook "pods.podherald.dev" denied the request');
  expect(event?.message).toContain(MESSAGE);
});

interface WithConditions {
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly message: string }[];
  };
}

interface Event {
  readonly involvedObject: KubeObject;
  readonly message: string;
}
