import type { PlaygroundInput } from '../../src/playground/evaluate.ts';

export interface Example extends PlaygroundInput {
  readonly title: string;
}

const deployment = (
  annotations: string,
  image = 'registry.example.com/shop/web:1.4.2',
): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
      annotations:
${annotations.replaceAll(/^/gm, '        ')}
    spec:
      containers:
      - name: app
        image: ${image}
        resources:
          requests: {cpu: 15m, memory: 16Mi}
          limits: {cpu: 100m, memory: 64Mi}
`;

/** What to choose from. The first one is shown at the first visit. */
export const EXAMPLES: readonly [Example, ...Example[]] = [
  {
    title: 'Metadata',
    manifest: `apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels:
    foo: bar
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app
    image: busybox
    command: ["sleep", "infinity"]
    resources:
      requests: {cpu: 15m, memory: 100Ki}
      limits: {cpu: 100m, memory: 8Mi}
`,
    namespace: '',
    config: '',
  },
  {
    title: 'Variables of your own',
    manifest: deployment(`podherald.dev/metadata-env: |
  TEAM=metadata.labels['team'] | namespace.labels['team'],
  SERVICE=workload.name, MEMORY_MIB=limits.memory:1Mi`),
    namespace: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {team: payments}
`,
    config: 'namespaces:\n  labels: [team]\n',
  },
  {
    title: 'OpenTelemetry',
    manifest: deployment('inject-metadata: otel\nresource.opentelemetry.io/team: payments'),
    namespace: '',
    config: 'cluster: {name: prod-eu-1}\notel: {useLabels: true}\n',
  },
  {
    title: 'Ambassador',
    manifest: deployment('inject-ambassador: "true"\npodherald.dev/ambassador-access: namespace'),
    namespace: '',
    config: '',
  },
  {
    title: 'Defaults of a namespace',
    manifest: deployment('podherald.dev/metadata-path: /etc/podinfo'),
    namespace: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations: {inject-metadata: "default"}
`,
    config: '',
  },
  {
    title: 'A mistake',
    manifest: deployment('inject-metadata: tru\npodherald.dev/metadata-env: NAME=metadata.nmae'),
    namespace: '',
    config: 'onInvalid: wran\n',
  },
];
