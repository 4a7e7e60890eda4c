import { MATCH_CONDITIONS, SCOPE_LABEL, SYSTEM_NAMESPACES } from '../../core/api/webhook-scope.ts';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../../core/decision/annotations.ts';
import { SERVING_CERTIFICATE } from './certificate.ts';
import { clusterMetadata, type InstallOptions, NAME } from './install-options.ts';
import { commented, type Field, type InstallManifest } from './manifest-text.ts';
import { workloadWebhook } from './workload-webhook.ts';

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

/** All entries of the configuration. */
export function webhooks(options: InstallOptions): Field[] {
  const excluded = excludedNamespaces(options);
  return [
    ...podWebhooks(options),
    ...(options.workloadWarnings
      ? [workloadWebhook(options, excluded, clientConfigFor(options, '/warn'))]
      : []),
  ];
}

/** The entries for pods. At most one of them matches a pod. */
function podWebhooks(options: InstallOptions): Field[] {
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
      [
        commented('The entry labelled.pods.podherald.dev covers namespaces with this label.', {
          ...(labelled('NotIn') as object),
        }),
      ],
      [
        commented(
          'The API server sends only pods that have an annotation of podherald, with or without its prefix. No other pod of these namespaces depends on podherald.',
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
          'The API server sends all pods of labelled namespaces, because the annotations of a namespace are the defaults of its pods.',
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
      clientConfigFor(options, '/mutate'),
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
        commented(exclusionReason(options), {
          key: 'kubernetes.io/metadata.name',
          operator: 'NotIn',
          values: excludedNamespaces(options),
        }),
        ...selectors,
      ],
    },
    matchConditions: [
      commented(
        'A mirror pod is only the copy of a static pod in the API server. An injection would have no effect.',
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
      'If a later webhook changes the pod, such as one that adds a proxy, the API server calls podherald again, so that added containers get metadata too. Otherwise a second call changes nothing.',
      'IfNeeded',
    ),
    matchPolicy: 'Equivalent',
    sideEffects: commented(
      'podherald has no side effects, so the API server also sends it dry runs.',
      'None',
    ),
    admissionReviewVersions: ['v1'],
  };
}

function clientConfigFor({ namespace }: InstallOptions, path: string): { [key: string]: Field } {
  return { service: { namespace, name: NAME, path } };
}

const FAILURE_REASONS = {
  Ignore:
    'With Ignore, pods are created without an injection while podherald is unreachable. With Fail, they are rejected. To choose, see docs/operations.md.',
  Fail: 'With Fail, pods that would be sent to podherald are rejected while it is unreachable. With Ignore, they are created without an injection. To choose, see docs/operations.md.',
} as const;

const CA_BUNDLE_AUTHOR = {
  'self-managed': 'podherald writes',
  'cert-manager': 'cert-manager writes',
  files: 'whoever issues the certificate writes',
} as const;

function exclusionReason(options: InstallOptions): string {
  const issuer = excludedNamespaces(options).includes('cert-manager') ? ' of cert-manager,' : '';
  return `Pods of the control plane, of the nodes,${issuer} and of podherald itself must start even if no replica of podherald runs and \`failurePolicy\` is Fail.`;
}

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
