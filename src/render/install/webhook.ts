import { MATCH_CONDITIONS, SCOPE_LABEL, SYSTEM_NAMESPACES } from '../../core/api/webhook-scope.ts';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../../core/decision/annotations.ts';
import { SERVING_CERTIFICATE } from './certificate.ts';
import { clusterMetadata, type InstallOptions, NAME } from './install-options.ts';
import { commented, type Field, type InstallManifest } from './manifest-text.ts';

/** The MutatingWebhookConfiguration. Never contains `caBundle`. */
export function webhookManifest(options: InstallOptions): InstallManifest {
  const metadata = clusterMetadata(options);
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      ...metadata,
      ...(options.tls === 'cert-manager' && {
        annotations: {
          'cert-manager.io/inject-ca-from': commented(
            'cert-manager writes the CA of this Certificate to `caBundle`, and keeps it up to date.',
            `${options.namespace}/${SERVING_CERTIFICATE}`,
          ),
        },
      }),
    },
    webhooks: webhooks(options),
  };
}

/** The entries of the configuration. At most one of them matches a pod. */
export function webhooks(options: InstallOptions): Field[] {
  if (options.scope === 'all') return [entry(options, 'pods.podherald.dev', [], [])];
  const labelled = (operator: 'In' | 'NotIn'): Field => ({
    key: SCOPE_LABEL.key,
    operator,
    values: [SCOPE_LABEL.value],
  });
  return [
    entry(
      options,
      'annotated.pods.podherald.dev',
      [commented('The entry below covers these namespaces.', { ...(labelled('NotIn') as object) })],
      [
        commented(
          'Sends only pods that have an annotation of podherald, with or without its prefix. No other pod of these namespaces depends on podherald.',
          {
            name: MATCH_CONDITIONS.hasAnnotation,
            expression: hasAnnotationExpression(options.config.annotationPrefix),
          },
        ),
      ],
    ),
    entry(
      options,
      'labelled.pods.podherald.dev',
      [
        commented(
          'Sends all pods of labelled namespaces, because the annotations of the namespace are their defaults.',
          { ...(labelled('In') as object) },
        ),
      ],
      [],
    ),
  ];
}

function entry(
  options: InstallOptions,
  name: string,
  selectors: readonly Field[],
  conditions: readonly Field[],
): Field {
  return {
    name,
    clientConfig: commented(
      `\`caBundle\` is omitted on purpose: ${CA_BUNDLE_AUTHOR[options.tls]} it, and a value in this manifest would overwrite it at every apply.`,
      { service: { namespace: options.namespace, name: NAME, path: '/mutate' } },
    ),
    rules: [
      commented('Only CREATE: the fields that podherald adds are immutable in an existing pod.', {
        operations: ['CREATE'],
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: ['pods'],
        scope: 'Namespaced',
      }),
    ],
    namespaceSelector: {
      matchExpressions: [
        commented(
          'Pods of the control plane, of the nodes and of podherald itself must start even if no replica of podherald runs and `failurePolicy` is Fail.',
          {
            key: 'kubernetes.io/metadata.name',
            operator: 'NotIn',
            values: excludedNamespaces(options),
          },
        ),
        ...selectors,
      ],
    },
    matchConditions: [
      commented(
        'A mirror pod only shows a static pod, which the kubelet runs from a file. Injection has no effect on it.',
        {
          name: MATCH_CONDITIONS.notMirrorPod,
          expression:
            "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))",
        },
      ),
      ...conditions,
    ],
    failurePolicy: commented(FAILURE_REASONS[options.failurePolicy], options.failurePolicy),
    timeoutSeconds: commented(
      'The longest delay of a pod if podherald does not respond. Normally it responds in about a millisecond.',
      3,
    ),
    reinvocationPolicy: commented(
      'Containers that later webhooks add get their metadata too. For all others, a second call changes nothing.',
      'IfNeeded',
    ),
    matchPolicy: 'Equivalent',
    sideEffects: commented(
      'podherald writes nothing, so the API server sends it dry runs too.',
      'None',
    ),
    admissionReviewVersions: ['v1'],
  };
}

const FAILURE_REASONS = {
  Ignore:
    'While podherald is unreachable, pods are created without their injection. With Fail, they are rejected instead. docs/operations.md helps to choose.',
  Fail: 'While podherald is unreachable, pods that would be sent to it are rejected. docs/operations.md helps to choose.',
} as const;

const CA_BUNDLE_AUTHOR = {
  'self-managed': 'podherald writes',
  'cert-manager': 'cert-manager writes',
  files: 'whoever issues the certificate writes',
} as const;

function excludedNamespaces({ namespace, tls, excludedNamespaces }: InstallOptions): string[] {
  const needed = tls === 'cert-manager' ? ['cert-manager'] : [];
  return [...new Set([namespace, ...SYSTEM_NAMESPACES, ...needed, ...excludedNamespaces])];
}

/** CEL that is true if the pod has any annotation of podherald. */
function hasAnnotationExpression(prefix: string): string {
  const bare = ANNOTATION_NAMES.filter((name) => ANNOTATION_KEYS[name].bare);
  const keys = [`k.startsWith('${prefix}')`, ...bare.map((name) => `k == '${name}'`)];
  return `object.metadata.?annotations.orValue({}).exists(k, ${keys.join(' || ')})`;
}
