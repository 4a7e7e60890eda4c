import { MATCH_CONDITIONS, WORKLOAD_WEBHOOK } from '../../core/api/webhook-scope.ts';
import { misspeltKeyPattern } from '../../core/decision/misspelt-keys.ts';
import { celString } from '../policy/cel-literal.ts';
import type { InstallOptions } from './install-options.ts';
import { commented, type Field } from './manifest-text.ts';

/** The entry for workloads and Namespaces. It is in the same configuration, so that it gets the same caBundle. */
export function workloadWebhook(
  { config }: InstallOptions,
  excludedNamespaces: readonly string[],
  clientConfig: Field,
): Field {
  const operations = ['CREATE', 'UPDATE'];
  return {
    name: WORKLOAD_WEBHOOK,
    clientConfig,
    rules: [
      commented(
        'Controllers create the pods, and nobody sees the warnings about those. This entry warns whoever applies the workload or the Namespace. podherald answers it with warnings only, and never changes or rejects anything.',
        {
          operations,
          apiGroups: ['apps'],
          apiVersions: ['v1'],
          resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
          scope: 'Namespaced',
        },
      ),
      {
        operations,
        apiGroups: ['batch'],
        apiVersions: ['v1'],
        resources: ['jobs', 'cronjobs'],
        scope: 'Namespaced',
      },
      {
        operations,
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: ['namespaces', 'replicationcontrollers'],
        scope: '*',
      },
    ],
    namespaceSelector: {
      matchExpressions: [
        {
          key: 'kubernetes.io/metadata.name',
          operator: 'NotIn',
          values: excludedNamespaces,
        },
      ],
    },
    matchConditions: [
      commented(
        'Only objects with an annotation of podherald, or with one that looks like it, on themselves or on their pod template.',
        {
          name: MATCH_CONDITIONS.concernsPodherald,
          expression: concernsExpression(config.annotationPrefix),
        },
      ),
      commented('Controllers update workloads all the time, and read no warnings.', {
        name: MATCH_CONDITIONS.isChanged,
        expression: CHANGED,
      }),
      commented('Nobody applies the ReplicaSet of a Deployment or the Job of a CronJob.', {
        name: MATCH_CONDITIONS.hasNoController,
        expression:
          '!object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))',
      }),
    ],
    failurePolicy: 'Ignore',
    timeoutSeconds: commented('The longest delay if podherald does not respond.', 2),
    reinvocationPolicy: 'Never',
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
}

/** Where an object and the pod templates of workloads have their annotations. */
const ANNOTATIONS = [
  'metadata',
  'spec.?template.?metadata',
  'spec.?jobTemplate.?metadata',
  'spec.?jobTemplate.?spec.?template.?metadata',
];

/** CEL that is true if an object or its pod template has an annotation that concerns podherald. */
function concernsExpression(prefix: string): string {
  const lists = ANNOTATIONS.map((path) => `object.?${path}.?annotations.orValue({})`);
  const isMisspelt = `k.matches(${celString(`(?i)${misspeltKeyPattern(prefix)}`)})`;
  return `[${lists.join(', ')}].exists(a, a.exists(k, k.startsWith('${prefix}') || ${isMisspelt}))`;
}

/** CEL that is true for a new object, and for one whose annotations or pod template have changed. */
const CHANGED = `oldObject == null || ${[
  'metadata.?annotations',
  'spec.?template',
  'spec.?jobTemplate',
]
  .map((path) => `object.?${path} != oldObject.?${path}`)
  .join(' || ')}`;
