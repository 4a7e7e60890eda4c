import { configJsonSchema } from '../../src/config/json-schema.ts';
import {
  DEFAULT_INSTALL,
  FAILURE_POLICIES,
  SCOPES,
  TLS_SOURCES,
} from '../../src/render/install/install-options.ts';
import type { Field } from '../../src/render/install/manifest-text.ts';

/** A value of the Helm chart. values.yaml, values.schema.json and the table in docs/reference are made from these. */
export interface ChartValue {
  /** Its path, such as `image.tag`. */
  readonly name: string;
  readonly default: Field;
  readonly schema: object;
  readonly doc: string;
}

const BOOLEAN = { type: 'boolean' };
const STRING = { type: 'string' };
const MAP = { type: 'object' };
/** Kubernetes accepts only strings, and YAML reads an unquoted `true` or `1` as something else. */
const STRINGS = { type: 'object', additionalProperties: { type: 'string' } };
const OBJECTS = { type: 'array', items: { type: 'object' } };
const PORT = { type: 'integer', minimum: 1024, maximum: 65_535 };

const {
  $schema: _,
  $id: __,
  ...CONFIG
}: Record<string, unknown> = { ...forGo(configJsonSchema()) };

const D = DEFAULT_INSTALL;

export const CHART_VALUES: readonly ChartValue[] = [
  value('image.repository', 'podherald', STRING, 'The image of podherald, with its registry.'),
  value('image.tag', '', STRING, 'The tag of the image. Empty: the version of podherald.'),
  value(
    'image.digest',
    '',
    { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
    'The digest of the image, such as `sha256:…`. It takes precedence over the tag.',
  ),
  value(
    'image.pullPolicy',
    'IfNotPresent',
    { enum: ['Always', 'IfNotPresent', 'Never'] },
    'The `imagePullPolicy` of the container.',
  ),
  value(
    'imagePullSecrets',
    [],
    {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: STRING },
        additionalProperties: false,
      },
    },
    'Secrets with credentials for the registry of the image, such as `[{name: registry}]`.',
  ),
  value(
    'tls',
    D.tls,
    { enum: TLS_SOURCES },
    'The source of the certificate: `self-managed`, `cert-manager`, or `files` (the Secret `podherald-tls`).',
  ),
  value(
    'scope',
    D.scope,
    { enum: SCOPES },
    'The pods that the API server sends to podherald: `all`, or `labelled` (annotated pods, and all pods of namespaces with the label `podherald.dev/inject=enabled`).',
  ),
  value(
    'failurePolicy',
    D.failurePolicy,
    { enum: FAILURE_POLICIES },
    'What the API server does with pods while podherald is unavailable: admit them without injection (`Ignore`) or reject them (`Fail`). Install with `Ignore`.',
  ),
  value(
    'replicas',
    D.replicas,
    { type: 'integer', minimum: 1, maximum: 100 },
    'The number of replicas.',
  ),
  value(
    'config',
    {},
    { ...CONFIG, required: [] },
    'The config of podherald. See [config.md](config.md). podherald reloads a changed config without a restart.',
  ),
  value(
    'excludedNamespaces',
    [...D.excludedNamespaces],
    { type: 'array', items: STRING },
    'Namespaces whose pods the API server never sends to podherald, in addition to its own, `kube-system`, `kube-node-lease` and `exempt.namespaces` of the config.',
  ),
  value(
    'namespaceSelector.matchExpressions',
    [],
    OBJECTS,
    'Further requirements on the labels of namespaces. The API server sends only pods of matching namespaces.',
  ),
  value(
    'workloadWarnings',
    D.workloadWarnings,
    BOOLEAN,
    'Whether whoever applies a workload or a Namespace is warned about its annotations.',
  ),
  value(
    'webhookAnnotations',
    {},
    STRINGS,
    'Annotations of the MutatingWebhookConfiguration, such as a sync wave of Argo CD.',
  ),
  value('port', D.port, PORT, 'The port of the webhook in the pods.'),
  value('adminPort', D.adminPort, PORT, 'The port of /healthz, /readyz and /metrics.'),
  value(
    'hostNetwork',
    D.hostNetwork,
    BOOLEAN,
    'Whether podherald uses the network of the nodes, for API servers that cannot reach pods.',
  ),
  value(
    'clientCaSecret',
    D.clientCaSecret,
    STRING,
    'A Secret with the key ca.crt: podherald then accepts only clients with a certificate of this CA.',
  ),
  value(
    'priorityClassName',
    D.priorityClass,
    STRING,
    'The PriorityClass of the pods; empty for none.',
  ),
  value(
    'resourceQuota.enabled',
    true,
    BOOLEAN,
    'Whether to create the ResourceQuota that some clusters, such as GKE, require for system priority classes.',
  ),
  value(
    'resources',
    { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '384Mi' } },
    MAP,
    'The resources of the container. No CPU limit: a throttled webhook delays the creation of every pod.',
  ),
  value(
    'runAsUser',
    65_532,
    { type: ['integer', 'null'], minimum: 1 },
    'The user and group of the container. On OpenShift, set it to `null`.',
  ),
  value(
    'nodeSelector',
    {},
    STRINGS,
    'Labels of the nodes, in addition to `kubernetes.io/os: linux`.',
  ),
  value('tolerations', [], OBJECTS, 'The tolerations of the pods.'),
  value('affinity', {}, MAP, 'The affinity of the pods.'),
  value(
    'extraArgs',
    [],
    { type: 'array', items: STRING },
    'Further arguments of `podherald serve`.',
  ),
  value('labels', {}, STRINGS, 'Labels of all objects and pods.'),
  value('annotations', {}, STRINGS, 'Annotations of all objects and pods.'),
  value('podLabels', {}, STRINGS, 'Labels of the pods.'),
  value('podAnnotations', {}, STRINGS, 'Annotations of the pods.'),
  value('podDisruptionBudget.enabled', true, BOOLEAN, 'Whether to create a PodDisruptionBudget.'),
  value(
    'podDisruptionBudget.maxUnavailable',
    1,
    { type: ['integer', 'string'] },
    'How many replicas a drain may evict at a time.',
  ),
  value('networkPolicy.enabled', true, BOOLEAN, 'Whether to create a NetworkPolicy.'),
  value(
    'networkPolicy.metricsFrom',
    [],
    OBJECTS,
    'Who can read the metrics, as the `from` of a NetworkPolicy. Empty: everybody.',
  ),
  value(
    'serviceMonitor.enabled',
    false,
    BOOLEAN,
    'Whether to create a ServiceMonitor (Prometheus Operator).',
  ),
  value('serviceMonitor.interval', '30s', STRING, 'How often Prometheus reads the metrics.'),
  value(
    'serviceMonitor.labels',
    {},
    STRINGS,
    'Labels that the Prometheus selects ServiceMonitors by.',
  ),
  value(
    'prometheusRule.enabled',
    false,
    BOOLEAN,
    'Whether to create a PrometheusRule with the alerts.',
  ),
  value('prometheusRule.labels', {}, STRINGS, 'Labels that the Prometheus selects rules by.'),
  value(
    'dashboard.enabled',
    false,
    BOOLEAN,
    'Whether to create a ConfigMap with the Grafana dashboard.',
  ),
  value(
    'dashboard.labels',
    { grafana_dashboard: '1' },
    STRINGS,
    'Labels that the sidecar of Grafana selects dashboards by.',
  ),
  value('dashboard.annotations', {}, STRINGS, 'Annotations of the dashboard, such as its folder.'),
];

function value(name: string, byDefault: Field, schema: object, doc: string): ChartValue {
  return { name, default: byDefault, schema, doc };
}

/** Helm is written in Go, whose regular expressions have no lookahead. podherald itself checks those patterns. */
function forGo<T extends object>(schema: T): T {
  const text = JSON.stringify(schema, (key, pattern) =>
    key === 'pattern' && /\(\?[=!<]/.test(String(pattern)) ? undefined : pattern,
  );
  return JSON.parse(text) as T;
}
