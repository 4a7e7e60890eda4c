import { MATCH_CONDITIONS, SCOPE_LABEL, SYSTEM_NAMESPACES } from '../../core/api/webhook-scope.ts';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../../core/decision/annotations.ts';
import { SERVING_CERTIFICATE } from './certificate.ts';
import { clusterMetadata, type InstallOptions, NAME } from './install-options.ts';
import { commented, type Field, type Manifest } from './manifest-text.ts';

export function webhookManifest(options: InstallOptions): Manifest {
  const metadata = clusterMetadata(options);
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      ...metadata,
      ...(options.tls === 'cert-manager' && {
        annotations: {
          'cert-manager.io/inject-ca-from': commented(
            'cert-manager writes the authority of this Certificate as caBundle, and keeps it right.',
            `${options.namespace}/${SERVING_CERTIFICATE}`,
          ),
        },
      }),
    },
    webhooks: webhooks(options),
  };
}

/** The entries of the configuration. A pod is sent by one of them at most. */
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
      [commented('The entry below has these namespaces.', { ...(labelled('NotIn') as object) })],
      [
        commented(
          'Only pods that carry an annotation of ours, in either form: no other pod of these namespaces ever depends on podherald.',
          {
            name: MATCH_CONDITIONS.hasAnnotation,
            expression: asksExpression(options.config.annotationPrefix),
          },
        ),
      ],
    ),
    entry(
      options,
      'labelled.pods.podherald.dev',
      [
        commented(
          'All pods of labelled namespaces, as annotations of the namespace count for them too.',
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
      `caBundle is missing on purpose: ${CA_BUNDLE_AUTHOR[options.tls]} writes it, and a manifest that had it would overwrite that with each apply.`,
      { service: { namespace: options.namespace, name: NAME, path: '/mutate' } },
    ),
    rules: [
      commented('Creation alone: what podherald adds cannot be changed in a pod that exists.', {
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
          'What the cluster needs to come up, and podherald itself: its own pods must start while no podherald runs, even under failurePolicy Fail.',
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
        'Mirror pods show what a node runs already from a file; a change could only break them.',
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
      'Every pod that is sent waits no longer than this for a podherald that does not answer. An answer takes about a millisecond.',
      3,
    ),
    reinvocationPolicy: commented(
      'Containers that later webhooks add get their metadata too. A second round adds nothing else.',
      'IfNeeded',
    ),
    matchPolicy: 'Equivalent',
    sideEffects: commented('podherald writes nothing, so dry runs are sent to it too.', 'None'),
    admissionReviewVersions: ['v1'],
  };
}

const FAILURE_REASONS = {
  Ignore:
    'While podherald cannot be reached, pods start without what they asked for. Fail rejects them instead: docs/operations.md helps to choose.',
  Fail: 'While podherald cannot be reached, no pod that would be sent to it can be created. docs/operations.md helps to choose.',
} as const;

const CA_BUNDLE_AUTHOR = {
  'self-managed': 'podherald itself',
  'cert-manager': 'cert-manager',
  files: 'whoever makes the certificate',
} as const;

function excludedNamespaces({ namespace, tls, excludedNamespaces }: InstallOptions): string[] {
  const needed = tls === 'cert-manager' ? ['cert-manager'] : [];
  return [...new Set([namespace, ...SYSTEM_NAMESPACES, ...needed, ...excludedNamespaces])];
}

/** CEL that is true of a pod with any key of ours. */
function asksExpression(prefix: string): string {
  const bare = ANNOTATION_NAMES.filter((name) => ANNOTATION_KEYS[name].bare);
  const keys = [`k.startsWith('${prefix}')`, ...bare.map((name) => `k == '${name}'`)];
  return `object.metadata.?annotations.orValue({}).exists(k, ${keys.join(' || ')})`;
}
