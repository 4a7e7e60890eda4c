import { describe, expect } from 'vitest';
import { hasPolicies } from './features.ts';
import { kubectl } from './kubectl.ts';
import { generatedName, type Namespace, RUN_LABELS } from './namespace.ts';
import { container, pod, podSpec, REQUEST_AMBASSADOR } from './objects.ts';
import { test } from './suite.ts';
import { until } from './until.ts';

const NO_POLICIES = !(await hasPolicies());

/**
 * Removes restartPolicy from init containers, as a webhook does whose types are older than that field. It is called
 * again for a pod that podherald has changed, and podherald is then called again too.
 */
async function stripRestartPolicies(namespace: Namespace): Promise<() => Promise<void>> {
  const name = generatedName();
  const metadata = { name, labels: RUN_LABELS };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const policy = {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace.name } },
      },
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression: `object.spec.?initContainers.orValue([]).transformList(index, container,
              has(container.restartPolicy),
              JSONPatch{op: 'remove', path: '/spec/initContainers/' + string(index) + '/restartPolicy'})`,
          },
        },
      ],
    },
  };
  const binding = {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata,
    spec: { policyName: name },
  };
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [policy, binding] });
  await kubectl(['apply', '-f', '-'], list);
  return async () => {
    await kubectl(['delete', '-f', '-'], list);
  };
}

describe.skipIf(NO_POLICIES)('an ambassador whose restartPolicy another webhook removes', () => {
  test('gets it back when podherald is called again, with a warning, and stays the only one', async ({
    namespace,
    onTestFinished,
  }) => {
    onTestFinished(await stripRestartPolicies(namespace));
    const spec = podSpec([container('app')], {
      initContainers: [container('sidecar', { restartPolicy: 'Always' })],
    });
    const requesting = JSON.stringify(pod({ name: 'web', annotations: REQUEST_AMBASSADOR }, spec));
    const create = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    // Until the API server uses the policy.
    const { stdout, stderr } = await until(
      30,
      () => namespace.try(create, requesting),
      (created) => created.stderr.includes('restartPolicy'),
    );

    expect(stderr).toContain('ambassador had lost restartPolicy: Always');
    expect(JSON.parse(stdout).spec.initContainers).toMatchObject([
      { name: 'ambassador', restartPolicy: 'Always' },
      { name: 'sidecar' },
    ]);
  });
});
