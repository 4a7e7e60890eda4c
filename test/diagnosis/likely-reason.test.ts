import { describe, expect, it } from 'vitest';
import { type Changes, injected, missingIn, only, withDefaults } from '../support/cluster-state.ts';
import {
  CREATED,
  LABELLED_SCOPE,
  livePod,
  webhook,
  webhookConfiguration,
} from '../support/live-objects.ts';

const LATER = '2030-01-03T00:00:00Z';

const requesting = livePod('web');
const silent = livePod('web', { annotations: {} });

function annotatedAt(time: string, others = {}): object {
  const fieldsV1 = { 'f:metadata': { 'f:annotations': { 'f:inject-metadata': {} } }, ...others };
  return { managedFields: [{ manager: 'kubectl-annotate', time, fieldsV1 }] };
}

function byPolicy(created: string): Changes {
  return { webhooks: [], policy: { name: 'injects', created } };
}

describe('the likely reason why a new pod would get more', () => {
  it.each<[string, string, object, Changes]>([
    ['not_installed', 'no webhook exists', requesting, { webhooks: [] }],
    [
      'not_installed',
      'only the webhook of another project exists',
      requesting,
      only({ name: 'x.example.com', rules: [] }),
    ],
    ['policy_only', 'a policy injects instead', requesting, byPolicy(CREATED)],
    ['created_before_policy', 'the policy is newer than the pod', requesting, byPolicy(LATER)],
    [
      'asked_later',
      'the pod was annotated after its creation, and a policy injects',
      livePod('web', { metadata: annotatedAt(LATER) }),
      byPolicy(CREATED),
    ],
    ['unreachable', 'the webhook was called and its failure ignored', requesting, {}],
    [
      'unknown',
      'the webhook was called with failurePolicy Fail',
      requesting,
      only(webhook('pods.podherald.dev', { failurePolicy: 'Fail' })),
    ],
    [
      'created_before_webhook',
      'the webhook is newer than the pod',
      requesting,
      { webhooks: [webhookConfiguration(undefined, LATER)] },
    ],
    [
      'asked_later',
      'the pod was annotated after its creation',
      livePod('web', { metadata: annotatedAt(LATER) }),
      {},
    ],
    [
      'unreachable',
      'the pod was annotated at its creation',
      livePod('web', { metadata: annotatedAt(CREATED, { 'f:spec': {} }) }),
      {},
    ],
    [
      'asked_later',
      'the pod was annotated in the second of its creation, by a manager that wrote no spec',
      livePod('web', { metadata: annotatedAt(CREATED) }),
      {},
    ],
    [
      'unreachable',
      'the pod has a status that says only why nothing was injected',
      livePod('web', {
        annotations: {
          'inject-metadata': 'true',
          'podherald.dev/status': '{"notInjected":[{"reason":"unknown_profile"}]}',
        },
      }),
      {},
    ],
    [
      'unreachable',
      'the pod sets one of the variables itself, and was never injected',
      livePod('web', {
        spec: {
          containers: [
            {
              name: 'app',
              env: [
                {
                  name: 'POD_NAME',
                  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
                },
              ],
            },
          ],
        },
      }),
      {},
    ],
    [
      'unreachable',
      'the pod is annotated in a namespace without the label of the scope',
      requesting,
      { webhooks: [LABELLED_SCOPE] },
    ],
    [
      'namespace_not_labelled',
      'only the namespace is annotated, and has no label of the scope',
      silent,
      { webhooks: [LABELLED_SCOPE], ...withDefaults({ 'inject-metadata': 'true' }) },
    ],
    [
      'unreachable',
      'only the namespace is annotated, without a scope',
      silent,
      withDefaults({ 'inject-metadata': 'true' }),
    ],
    [
      'asked_later',
      'the namespace was annotated after the creation of the pod',
      silent,
      withDefaults({ 'inject-metadata': 'true' }, annotatedAt(LATER)),
    ],
    [
      'namespace_excluded',
      'the webhook excludes the name of the namespace',
      requesting,
      only(
        webhook('pods.podherald.dev', {}, [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['shop'] },
        ]),
      ),
    ],
    [
      'namespace_excluded',
      'the webhook requires another label of the namespace',
      requesting,
      only(webhook('pods.podherald.dev', { namespaceSelector: { matchLabels: { team: 'a' } } })),
    ],
    [
      'pod_not_selected',
      'the objectSelector does not match',
      requesting,
      only(webhook('pods.podherald.dev', { objectSelector: { matchLabels: { a: 'b' } } })),
    ],
    [
      'rules_exclude',
      'the rules include no creation of pods',
      requesting,
      only(webhook('pods.podherald.dev', { rules: [{ operations: ['UPDATE'] }] })),
    ],
    [
      'container_added_later',
      'the last container was added after the injection',
      withContainer(injected(requesting)),
      {},
    ],
    [
      'container_added_later',
      'the first container was added after the injection',
      withContainer(injected(requesting), 0),
      {},
    ],
    ['older_injection', 'a variable of today is missing', asOlder(injected(requesting)), {}],
  ])('is %s if %s', (code, _, pod, changes) => {
    expect(missingIn(pod, changes)).toMatchObject({ because: { code } });
  });
});

/** The pod as an older podherald would have injected it. */
function asOlder(pod: object): object {
  return JSON.parse(JSON.stringify(pod).replaceAll('POD_IP', 'POD_ADDRESS'));
}

function withContainer(pod: object, index = 1): object {
  const { spec } = pod as { spec: { containers: object[] } };
  return {
    ...pod,
    spec: { ...spec, containers: spec.containers.toSpliced(index, 0, { name: 'mesh' }) },
  };
}
