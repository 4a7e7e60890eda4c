import { because, type Field } from './because.ts';
import type { InstallOptions } from './install-options.ts';
import {
  ADMIN_PORT,
  labels,
  type Manifest,
  NAME,
  ofNamespace,
  SELECTOR,
  TLS_SECRET,
} from './names.ts';
import { PROBES, SHUTDOWN_DELAY_SECONDS } from './probes.ts';
import { needsToken } from './service-account.ts';

export function deploymentManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ofNamespace(options),
    spec: {
      replicas: options.replicas,
      revisionHistoryLimit: 3,
      selector: { matchLabels: SELECTOR },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: because('A replica goes only when its successor is ready.', {
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
    automountServiceAccountToken: because(tokenReason(options), needsToken(options)),
    enableServiceLinks: false,
    priorityClassName:
      priorityClass === ''
        ? undefined
        : because('A node short of room gives up other pods first.', priorityClass),
    terminationGracePeriodSeconds: because(
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
      runAsUser: because('OpenShift chooses the user itself: take these two out there.', 65_532),
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
    resources: because(
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
