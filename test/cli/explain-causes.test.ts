import { expect, it } from 'vitest';
import { explainFile } from '../support/explain-file.ts';

const REQUESTING_NAMESPACE = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations:
    inject-ambassador: "true"
    podherald.dev/ambassador-access: namespace
---
`;
const onPod = (annotation: string, spec: string) =>
  `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, annotations: {${annotation}}}
spec:
${spec.replaceAll(/^/gm, '  ')}
`;
const BY_NAMESPACE = 'annotation inject-ambassador of namespace shop (manifest.yaml:6)';
const APP = 'containers: [{name: app}]';
const taken = `containers:
- name: app
  ports: [{containerPort: 8001}]
- name: ambassador`;

it.each([
  [
    'host_network',
    '',
    `hostNetwork: true\n${APP}`,
    `spec.hostNetwork (manifest.yaml:13); ${BY_NAMESPACE}`,
  ],
  ['windows', '', `${APP}\nos: {name: windows}`, `spec.os (manifest.yaml:14); ${BY_NAMESPACE}`],
  [
    'automount_disabled',
    '',
    `automountServiceAccountToken: false\n${APP}`,
    `${BY_NAMESPACE}; spec.automountServiceAccountToken (manifest.yaml:13)`,
  ],
  [
    'mirror_pod',
    'kubernetes.io/config.mirror: x',
    APP,
    'annotation kubernetes.io/config.mirror (manifest.yaml:11)',
  ],
  ['port_moved', '', taken, 'container app (manifest.yaml:14); ambassador.port of the config'],
  ['name_taken', '', taken, 'container ambassador (manifest.yaml:16)'],
  [
    'names_taken',
    '',
    `${taken}\n- name: podherald-ambassador`,
    'container ambassador (manifest.yaml:16); container podherald-ambassador (manifest.yaml:17)',
  ],
  [
    'shared_processes',
    '',
    `shareProcessNamespace: true\n${APP}`,
    'spec.shareProcessNamespace (manifest.yaml:13)',
  ],
  ['shared_processes', '', `hostPID: true\n${APP}`, 'spec.hostPID (manifest.yaml:13)'],
  ['limit_not_set', 'inject-metadata: go', APP, 'container app (manifest.yaml:13)'],
  [
    'access_narrowed',
    'podherald.dev/ambassador-access: read-only',
    APP,
    'annotation podherald.dev/ambassador-access (manifest.yaml:11); annotation podherald.dev/ambassador-access of namespace shop (manifest.yaml:7)',
  ],
  [
    'unknown_profile',
    'inject-metadata: otle',
    APP,
    'annotation inject-metadata (manifest.yaml:11); profiles of the config',
  ],
])('explain names the cause of %s, with its line', async (reason, annotation, spec, cause) => {
  const { stdout } = await explainFile(
    REQUESTING_NAMESPACE + onPod(annotation, spec),
    '-o',
    'json',
  );
  const { reasons } = JSON.parse(stdout).objects[0];
  const found = reasons.find((one: { reason: string }) => one.reason === reason);

  expect(
    found?.cause.replaceAll(/\S*manifest\.yaml/g, (file: string) =>
      file.startsWith('(') ? '(manifest.yaml' : 'manifest.yaml',
    ),
  ).toBe(cause);
});
