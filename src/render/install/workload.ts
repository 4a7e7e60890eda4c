import {
  ADMIN_PORT,
  type InstallOptions,
  labels,
  NAME,
  namespacedMetadata,
  SELECTOR,
  TLS_SECRET,
} from './install-options.ts';
import { commented, type Field, type Manifest } from './manifest-text.ts';
import { needsToken } from './rbac.ts';

export function configMapManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: namespacedMetadata(options),
    data: {
      'config.yaml': commented(
        'A change is taken up without a restart, within a minute or so. One that is at fault changes nothing (podherald_config_reloads_total{result="failure"} counts it).',
        options.config.text,
      ),
    },
  };
}

export function deploymentManifest(options: InstallOptions): Manifest {
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
        rollingUpdate: commented('A replica goes only when its successor is ready.', {
          maxUnavailable: 0,
          maxSurge: 1,
        }),
      },
      template: { metadata: { labels: labels(options) }, spec: podSpec(options) },
    },
  };
}

function podSpec(options: InstallOptions): Field {
  const { priorityClass } = options;
  return {
    serviceAccountName: NAME,
    automountServiceAccountToken: commented(tokenReason(options), needsToken(options)),
    enableServiceLinks: false,
    priorityClassName:
      priorityClass === ''
        ? undefined
        : commented('A node short of room gives up other pods first.', priorityClass),
    terminationGracePeriodSeconds: commented(
      `After SIGTERM a replica is unready at once, serves ${SHUTDOWN_DELAY_SECONDS} s more until all have heard of it, and then finishes what it is at, 10 s at most.`,
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
      runAsUser: commented('OpenShift chooses the user itself: take these two out there.', 65_532),
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(options)],
    volumes: volumes(options).map(({ name, source }) => ({ name, ...source })),
  };
}

function container(options: InstallOptions): Field {
  return {
    name: NAME,
    image: options.image,
    imagePullPolicy: 'IfNotPresent',
    args: [
      'serve',
      `--port=${options.port}`,
      `--admin-port=${ADMIN_PORT}`,
      '--config=/etc/podherald/config.yaml',
      `--shutdown-delay=${SHUTDOWN_DELAY_SECONDS}`,
      ...TLS_ARGUMENTS[options.tls],
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
      { name: 'admin', containerPort: ADMIN_PORT, protocol: 'TCP' },
    ],
    ...PROBES,
    resources: commented(
      'No limit of cpu: a webhook that is held back holds up every pod. 10,000 namespaces have been seen to take 190 MiB.',
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

interface Volume {
  readonly name: string;
  readonly mountPath: string;
  readonly source: { readonly [kind: string]: Field };
}

function volumes({ tls }: InstallOptions): Volume[] {
  const config = {
    name: 'config',
    mountPath: '/etc/podherald',
    source: { configMap: { name: NAME } },
  };
  if (tls === 'self-managed') return [config];
  return [
    config,
    { name: 'tls', mountPath: '/tls', source: { secret: { secretName: TLS_SECRET } } },
  ];
}

function tokenReason({ tls, config }: InstallOptions): string {
  const uses = [
    ...(tls === 'self-managed' ? ['keep its certificate'] : []),
    ...(config.readsNamespaces ? ['read annotations of namespaces'] : []),
  ];
  return uses.length === 0
    ? 'podherald does not talk to the API server.'
    : `To ${uses.join(' and to ')}.`;
}

/** How long a replica serves on after SIGTERM, while endpoints and kube-proxies hear of it. */
export const SHUTDOWN_DELAY_SECONDS = 5;

const READINESS = { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 } as const;
const LIVENESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 } as const;

/** The longest that readiness needs to notice a replica that hangs: just before a probe, it was well. */
export const UNREADY_AFTER_SECONDS =
  READINESS.periodSeconds * READINESS.failureThreshold + READINESS.timeoutSeconds;

/** The probes of the container, all on the admin port. */
export const PROBES: { readonly [probe: string]: Field } = {
  startupProbe: {
    httpGet: { path: '/healthz', port: 'admin' },
    periodSeconds: 1,
    failureThreshold: commented('A minute to start on a node that has much else to start.', 60),
  },
  readinessProbe: commented(
    `Patient enough for a node that is short of cpu, where losing every replica would be worse. A replica that hangs is out of the Service within ${UNREADY_AFTER_SECONDS} s: ${READINESS.failureThreshold} periods, and the wait for the last answer. /readyz says which condition is missing.`,
    { httpGet: { path: '/readyz', port: 'admin' }, ...READINESS },
  ),
  livenessProbe: commented(
    'Slower than readiness, so that a busy node does not restart what is only late.',
    {
      httpGet: { path: '/healthz', port: 'admin' },
      ...LIVENESS,
      terminationGracePeriodSeconds: commented(
        'What hangs does not end by itself, and API servers keep connections to it until it ends.',
        2,
      ),
    },
  ),
};

export function disruptionBudgetManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: namespacedMetadata(options),
    spec: {
      maxUnavailable: commented(
        'Drains take one replica at a time. Unlike minAvailable, this lets a single replica go too.',
        1,
      ),
      unhealthyPodEvictionPolicy: commented(
        'A replica that does not serve must not hold up a drain.',
        'AlwaysAllow',
      ),
      selector: { matchLabels: SELECTOR },
    },
  };
}
