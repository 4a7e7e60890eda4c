import {
  type InstallOptions,
  labels,
  NAME,
  namespacedMetadata,
  SELECTOR,
  TLS_SECRET,
} from './install-options.ts';
import { commented, type Field, type InstallManifest } from './manifest-text.ts';
import { needsToken } from './rbac.ts';

/** The ConfigMap with the config file. */
export function configMapManifest(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: namespacedMetadata(options),
    data: {
      'config.yaml': commented(
        'podherald reloads a changed config without a restart, about a minute after the change. While the changed config is invalid, podherald logs the errors, uses the last valid config, and sets podherald_config_last_reload_successful to 0.',
        options.config.text,
      ),
    },
  };
}

/** The Deployment of the webhook. */
export function deploymentManifest(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: namespacedMetadata(options),
    spec: {
      replicas: options.replicas,
      revisionHistoryLimit: 3,
      selector: { matchLabels: SELECTOR },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: options.hostNetwork
          ? commented(
              'A new replica may have to wait for the ports that an old replica uses on the node.',
              { maxUnavailable: 1, maxSurge: 0 },
            )
          : commented('An old replica stops only after a new one is ready.', {
              maxUnavailable: 0,
              maxSurge: 1,
            }),
      },
      template: { metadata: { labels: labels(options) }, spec: podSpec(options) },
    },
  };
}

function podSpec(options: InstallOptions): Field {
  const { priorityClass, imagePullSecrets } = options;
  return {
    serviceAccountName: NAME,
    imagePullSecrets:
      imagePullSecrets.length === 0 ? undefined : imagePullSecrets.map((name) => ({ name })),
    ...(options.hostNetwork && HOST_NETWORK),
    automountServiceAccountToken: commented(tokenReason(options), needsToken(options)),
    enableServiceLinks: false,
    priorityClassName:
      priorityClass === ''
        ? undefined
        : commented('A node that is short of resources evicts other pods first.', priorityClass),
    nodeSelector: commented('The image is for Linux. A cluster may also have Windows nodes.', {
      'kubernetes.io/os': 'linux',
    }),
    terminationGracePeriodSeconds: commented(
      `After SIGTERM, a replica is unready at once, serves for another ${SHUTDOWN_DELAY_SECONDS} s while it is removed from the endpoints, and then finishes open requests for at most 10 s.`,
      30,
    ),
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
      (topologyKey) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: SELECTOR },
        matchLabelKeys: ['pod-template-hash'],
      }),
    ),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: commented(
        'On OpenShift, remove runAsUser and runAsGroup: OpenShift assigns the user.',
        65_532,
      ),
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(options)],
    volumes: volumes(options).map(({ name, source }) => ({ name, ...source })),
  };
}

/** By default, a pod on the network of its node cannot look up the names of Services. */
const HOST_NETWORK = {
  hostNetwork: commented(
    'The API server reaches the nodes but not the pods. Each replica takes its two ports on its node, NetworkPolicies do not apply to it, and whoever reaches the node can read the metrics.',
    true,
  ),
  dnsPolicy: 'ClusterFirstWithHostNet',
} as const satisfies Record<string, Field>;

function container(options: InstallOptions): Field {
  return {
    name: NAME,
    image: options.image,
    imagePullPolicy: 'IfNotPresent',
    args: [
      'serve',
      `--port=${options.port}`,
      `--admin-port=${options.adminPort}`,
      '--config=/etc/podherald/config.yaml',
      `--shutdown-delay=${SHUTDOWN_DELAY_SECONDS}`,
      ...TLS_ARGUMENTS[options.tls],
      ...(options.clientCaSecret === '' ? [] : ['--client-ca=/client-ca/ca.crt']),
    ],
    env:
      options.tls === 'self-managed'
        ? [
            {
              name: 'POD_NAMESPACE',
              valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
            },
          ]
        : undefined,
    ports: [
      { name: 'webhook', containerPort: options.port, protocol: 'TCP' },
      { name: 'admin', containerPort: options.adminPort, protocol: 'TCP' },
    ],
    ...PROBES,
    resources: commented(
      'No CPU limit: a throttled webhook delays the creation of every pod. In a test with 10,000 namespaces, podherald used 190 MiB of memory.',
      { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '384Mi' } },
    ),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: volumes(options).map(({ name, mountPath }) => ({
      name,
      mountPath,
      readOnly: true,
    })),
  };
}

const TLS_FILES = ['--tls-cert=/tls/tls.crt', '--tls-key=/tls/tls.key'];

const TLS_ARGUMENTS = {
  'self-managed': ['--self-managed-tls'],
  'cert-manager': TLS_FILES,
  files: TLS_FILES,
} as const;

interface ConfigVolume {
  readonly name: string;
  readonly mountPath: string;
  readonly source: { readonly [kind: string]: Field };
}

function volumes({ tls, clientCaSecret }: InstallOptions): ConfigVolume[] {
  const secret = (name: string, secretName: string): ConfigVolume => ({
    name,
    mountPath: `/${name}`,
    source: { secret: { secretName } },
  });
  return [
    { name: 'config', mountPath: '/etc/podherald', source: { configMap: { name: NAME } } },
    ...(tls === 'self-managed' ? [] : [secret('tls', TLS_SECRET)]),
    ...(clientCaSecret === '' ? [] : [secret('client-ca', clientCaSecret)]),
  ];
}

function tokenReason({ tls, config }: InstallOptions): string {
  const uses = [
    ...(tls === 'self-managed' ? ['maintain its certificate'] : []),
    ...(config.readsNamespaces ? ['read the annotations and labels of namespaces'] : []),
  ];
  return uses.length === 0
    ? 'podherald does not call the API server.'
    : `podherald calls the API server to ${uses.join(' and to ')}.`;
}

/** How long a replica serves after SIGTERM, until endpoints and kube-proxies have removed it. */
export const SHUTDOWN_DELAY_SECONDS = 5;

const READINESS = { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 } as const;
const LIVENESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 } as const;

/**
 * The longest time until a replica that hangs is unready: it may hang just after a successful probe, then
 * `failureThreshold` probes must fail, and the last one fails only at its timeout.
 */
export const UNREADY_AFTER_SECONDS =
  READINESS.periodSeconds * READINESS.failureThreshold + READINESS.timeoutSeconds;

/** The probes of the container, all of them on the admin port. */
export const PROBES: { readonly [probe: string]: Field } = {
  startupProbe: {
    httpGet: { path: '/healthz', port: 'admin' },
    periodSeconds: 1,
    failureThreshold: commented(
      'A replica has a minute to start, in case its node starts many pods at once.',
      60,
    ),
  },
  readinessProbe: commented(
    `A replica that hangs leaves the Service within ${UNREADY_AFTER_SECONDS} s: ${READINESS.failureThreshold} periods and one timeout. Shorter times would make all replicas unready at once on nodes that are short of CPU. /readyz shows why a replica is not ready.`,
    { httpGet: { path: '/readyz', port: 'admin' }, ...READINESS },
  ),
  livenessProbe: commented(
    'Slower than the readiness probe, so that a busy node does not restart a replica that is only slow.',
    {
      httpGet: { path: '/healthz', port: 'admin' },
      ...LIVENESS,
      terminationGracePeriodSeconds: commented(
        'A replica that hangs ignores SIGTERM, and API servers keep their connections to it until it is killed.',
        2,
      ),
    },
  ),
};

/** The PodDisruptionBudget of the Deployment. */
export function disruptionBudgetManifest(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: namespacedMetadata(options),
    spec: {
      maxUnavailable: commented(
        'A drain evicts one replica at a time. Unlike minAvailable, this also works with a single replica.',
        1,
      ),
      unhealthyPodEvictionPolicy: commented(
        'An unready replica must not block a drain.',
        'AlwaysAllow',
      ),
      selector: { matchLabels: SELECTOR },
    },
  };
}
