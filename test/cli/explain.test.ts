import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mutate } from '../../src/core/admission/mutate.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { applyOperations } from '../../src/manifests/edit-json.ts';
import { makeFolder } from '../support/certificates.ts';
import { fakeObjects, status } from '../support/fake-objects.ts';
import {
  cluster,
  configMap,
  controlled,
  LABELLED_SCOPE,
  livePod,
  namespaceObject,
  WEBHOOKS,
} from '../support/live-objects.ts';
import { runCommand } from '../support/run-command.ts';
import { runProgram } from '../support/run-program.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata:
      annotations:
        inject-metadata: "true"
        podherald.dev/inject-ambassador: "true"
    spec:
      containers:
      - name: app
        env: [{name: POD_NAME, value: mine}]
`;
const NO_CLUSTER = '/dev/null';

function file(text: string, name = 'manifest.yaml'): string {
  const path = join(makeFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** Of a cluster that nobody is. */
function kubeconfig({ current = 'it', ca = '', exec = '' }): string {
  const cluster = { server: 'https://127.0.0.1:1', ...(ca && { 'certificate-authority': ca }) };
  const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: exec, args: [] };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster }],
    users: [{ name: 'it', user: exec === '' ? {} : { exec: plugin } }],
  });
}

function explainFile(text: string, ...args: readonly string[]) {
  return runCommand(['explain', '-f', file(text), ...args], NO_CLUSTER);
}

/** What `-o json` tells of the only object. */
async function explained(text: string, ...args: readonly string[]) {
  const { stdout } = await explainFile(text, '-o', 'json', ...args);
  return JSON.parse(stdout).objects[0];
}

describe('explain -f', () => {
  it('tells what each container gets and keeps, and shows the difference', async () => {
    const { code, stdout } = await explainFile(DEPLOYMENT);

    expect(code).toBe(0);
    expect(stdout).toContain('Deployment shop/web: would be injected\n');
    expect(stdout).toMatch(/^ {2}app +gets +7 variables: POD_NAMESPACE, .*/m);
    expect(stdout).toMatch(/^ {2}app +gets +files at \/etc\/downward: podName, /m);
    expect(stdout).toMatch(
      /^ {2}app +keeps +container app already sets POD_NAME; its own values are kept$/m,
    );
    expect(stdout).toMatch(/^ {2}\(the pod\) +gets +1 container: ambassador$/m);
    expect(stdout).toMatch(/^ {2}\(the pod\) +gets +2 volumes: downward, ambassador-token$/m);
    expect(stdout).toMatch(/^ {2}\+ +- name: POD_NAMESPACE$/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('names the line of the annotation, and of the config, that decided', async () => {
    const config = file(
      'apiVersion: podherald.dev/v1\nkind: Config\nmetadata:\n  defaultProfile: network\n',
      'config.yaml',
    );
    const { asks, config: fields } = await explained(DEPLOYMENT, '--config', config);

    expect(asks).toMatchObject([
      { key: 'inject-metadata', on: 'pod', counts: true, at: expect.stringMatching(/yaml:8$/) },
      { key: 'podherald.dev/inject-ambassador', at: expect.stringMatching(/yaml:9$/) },
    ]);
    expect(fields).toMatchObject([
      { field: 'metadata.defaultProfile', value: 'network', at: `${config}:4` },
      { field: 'metadata.path', value: '/etc/downward' },
      { field: 'ambassador.maxAccess', value: 'read-only' },
      { field: 'ambassador.port', value: '8001' },
      { field: 'ambassador.image' },
    ]);
    expect(fields[1]).not.toHaveProperty('at');
  });

  it('explains a pod that would be denied, with the line of each fault', async () => {
    const faulty = DEPLOYMENT.replaceAll('"true"', '"yes"');
    const { outcome, reasons, gets } = await explained(faulty);

    expect(outcome).toBe('denied');
    expect(gets).toEqual([]);
    expect(reasons).toMatchObject([
      { reason: 'invalid_value', decidedBy: expect.stringMatching(/inject-metadata \(.*yaml:8\)/) },
      { reason: 'invalid_value', decidedBy: expect.stringMatching(/ambassador \(.*yaml:9\)/) },
    ]);
  });

  it('names an annotation on the Deployment instead of its pod template', async () => {
    const misplaced = DEPLOYMENT.replace(
      'namespace: shop',
      'annotations: {inject-metadata: "true"}',
    )
      .replace('        inject-metadata: "true"\n', '')
      .replace('        podherald.dev/inject-ambassador: "true"\n', '');
    const { stdout } = await explainFile(misplaced);

    expect(stdout).toContain('would get nothing');
    expect(stdout).toMatch(/mistake +inject-metadata stands on the Deployment; pods get only/);
  });

  it('names it also where something else is asked for, with what is misspelt', async () => {
    const misplaced = DEPLOYMENT.replace(
      'namespace: shop',
      'annotations: {podherald.dev/metadata-env: "A=metadata.uid", podherald.dev/inject-metadta: x, inject-metadata: "false"}',
    );
    const { stdout } = await explainFile(misplaced);

    expect(stdout).toContain('would be injected');
    expect(stdout).toMatch(/mistake +podherald.dev\/metadata-env stands on the Deployment; pods/);
    expect(stdout).toMatch(/mistake +inject-metadata stands on the Deployment; what the pod/);
    expect(stdout).toMatch(/mistake +podherald.dev\/inject-metadta stands on .* did you mean/);
  });

  it('tells what a namespace in the input says, and that the pod’s own word counts', async () => {
    const namespace = `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {inject-metadata: network, podherald.dev/metadata-path: /x}}\n`;
    const { asks } = await explained(DEPLOYMENT + namespace);

    const at = expect.stringMatching(/manifest\.yaml:17$/);

    expect(asks.slice(2)).toEqual([
      { key: 'inject-metadata', value: 'network', on: 'namespace', counts: false, at },
      { key: 'podherald.dev/metadata-path', value: '/x', on: 'namespace', counts: true, at },
    ]);
  });

  const unquoted = DEPLOYMENT.replace('"true"', 'true');

  it.each([
    ['an annotation that is no text', unquoted, 'metadata.annotations.inject-metadata', 8],
    ['no template', DEPLOYMENT.replace(/ {2}template:[\s\S]*/, '  replicas: 1\n'), undefined, 5],
    [
      'no containers',
      DEPLOYMENT.replace(/ {6}containers:[\s\S]*/, '      x: 1\n'),
      'spec.containers',
      11,
    ],
  ])('says that the API server would refuse %s, with the line', async (_, text, field, line) => {
    const { stdout } = await explainFile(text);
    const place = ['spec.template', field].filter(Boolean).join('.');

    expect(stdout).toMatch(/^Deployment shop\/web: would be refused by the API server: /);
    expect(stdout.split('\n')[0]).toContain(`: ${place} (`);
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`manifest.yaml:${line}\\)$`));
  });

  const ASKING_NAMESPACE = `apiVersion: v1
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
  const AS_NAMESPACE = 'annotation inject-ambassador of namespace shop (manifest.yaml:6)';
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
      `spec.hostNetwork (manifest.yaml:13); ${AS_NAMESPACE}`,
    ],
    ['windows', '', `${APP}\nos: {name: windows}`, `spec.os (manifest.yaml:14); ${AS_NAMESPACE}`],
    [
      'automount_disabled',
      '',
      `automountServiceAccountToken: false\n${APP}`,
      `${AS_NAMESPACE}; spec.automountServiceAccountToken (manifest.yaml:13)`,
    ],
    [
      'mirror_pod',
      'kubernetes.io/config.mirror: x',
      APP,
      'annotation kubernetes.io/config.mirror (manifest.yaml:11)',
    ],
    [
      'port_moved',
      '',
      taken,
      'spec.containers[0] (manifest.yaml:14); ambassador.port of the config',
    ],
    ['name_taken', '', taken, 'spec.containers[1] (manifest.yaml:16)'],
    [
      'names_taken',
      '',
      `${taken}\n- name: podherald-ambassador`,
      'spec.containers[1] (manifest.yaml:16); spec.containers[2] (manifest.yaml:17)',
    ],
    [
      'shared_processes',
      '',
      `shareProcessNamespace: true\n${APP}`,
      'spec.shareProcessNamespace (manifest.yaml:13)',
    ],
    ['shared_processes', '', `hostPID: true\n${APP}`, 'spec.hostPID (manifest.yaml:13)'],
    ['limit_not_set', 'inject-metadata: go', APP, 'spec.containers[0] (manifest.yaml:13)'],
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
  ])('names what decided %s', async (reason, annotation, spec, decidedBy) => {
    const { stdout } = await explainFile(ASKING_NAMESPACE + onPod(annotation, spec), '-o', 'json');
    const { reasons } = JSON.parse(stdout).objects[0];
    const found = reasons.find((one: { reason: string }) => one.reason === reason);

    expect(
      found?.decidedBy.replaceAll(/\S*manifest\.yaml/g, (file: string) =>
        file.startsWith('(') ? '(manifest.yaml' : 'manifest.yaml',
      ),
    ).toBe(decidedBy);
  });

  it('writes YAML too, and takes all of its input', async () => {
    const text = `${DEPLOYMENT}---\n${DEPLOYMENT.replace('name: web', 'name: other')}`;
    const { stdout } = await explainFile(text, '-o', 'yaml');

    expect(parse(stdout).objects.map(({ object }: { object: object }) => object)).toMatchObject([
      { name: 'web' },
      { name: 'other' },
    ]);
  });

  it('reads standard input in a process of its own, and needs no cluster', async () => {
    const { code, stdout, stderr } = await runProgram(['explain', '-f', '-'], DEPLOYMENT);

    expect(code).toBe(0);
    expect(stdout).toContain('(the pod template, standard input:8)');
    expect(stderr).toContain('no cluster was asked');
  });

  it('goes by the installed config, the namespace and the webhook of the cluster', async () => {
    const fake = await fakeObjects(
      cluster([], {
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'metadata: {path: /etc/pod}\n',
        ),
        '/version': { gitVersion: 'v1.36.2-eks-1' },
        '/api/v1/namespaces/shop': namespaceObject('shop', {
          annotations: { 'podherald.dev/ambassador-access': 'namespace' },
        }),
      }),
    );
    const args = ['explain', '-f', file(DEPLOYMENT), '-o', 'json'];
    const { stdout } = await runCommand(args, fake.kubeconfig);
    const { config, objects } = JSON.parse(stdout);

    expect(config).toBe('ConfigMap podherald/podherald');
    expect(objects[0]).toMatchObject({
      webhook: { asked: true, name: 'pods.podherald.dev', failurePolicy: 'Ignore' },
      asks: [{}, {}, { key: 'podherald.dev/ambassador-access', on: 'namespace', counts: true }],
    });
    expect(objects[0].config).toContainEqual({
      field: 'metadata.path',
      value: '/etc/pod',
      at: 'ConfigMap podherald/podherald:3',
    });
    expect(JSON.stringify(objects[0].patch)).toContain('registry.k8s.io/kubectl:v1.36.2');
  });

  it('says that the webhook is not asked', async () => {
    const fake = await fakeObjects(cluster([], { [WEBHOOKS]: [] }));
    const { stdout } = await runCommand(['explain', '-f', file(DEPLOYMENT)], fake.kubeconfig);

    expect(stdout).toContain('would be injected, if the webhook were asked');
    expect(stdout).toMatch(/webhook +not asked: the cluster has no MutatingWebhookConfiguration/);
  });

  it('goes on where the installed config may not be read, and says so', async () => {
    const fake = await fakeObjects(cluster([]));
    const path = '/api/v1/namespaces/podherald/configmaps/podherald';
    fake.scripted.set(path, [status(403, 'no configmaps for you')]);
    const args = ['explain', '-f', file(DEPLOYMENT)];
    const { code, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stderr).toContain('no configmaps for you');
    expect(stderr).toContain("podherald's defaults (the installed config cannot be read)");
  });

  it('tells which namespaces are not there, or are not known', async () => {
    const fake = await fakeObjects(cluster([]));
    fake.scripted.set('/api/v1/namespaces/shop', [status(403, 'you may not')]);
    const other = DEPLOYMENT.replace('namespace: shop', 'namespace: shpo');
    const args = ['explain', '-f', file(`${DEPLOYMENT}---\n${other}`)];
    const { code, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stderr).toContain('what namespace shop asks for its pods is not known: ');
    expect(stderr).toContain('there is no namespace shpo in the cluster\n');
  });

  it.each([
    ['is none', 'a: [', /cannot read the kubeconfig/],
    [
      'names no cluster',
      kubeconfig({ current: 'other' }),
      /current-context other names no cluster; the contexts are: it;/,
    ],
    [
      'leads to nobody',
      kubeconfig({}),
      /cannot be reached: ECONNREFUSED \(https:\/\/127\.0\.0\.1:1\)/,
    ],
    [
      'names a CA that is not there',
      kubeconfig({ ca: '/nowhere/ca.crt' }),
      /credentials for the API server cannot be loaded: .* '\/nowhere\/ca\.crt'/,
    ],
    [
      'names a program that is not there',
      kubeconfig({ exec: 'no-such-program' }),
      /credentials for the API server cannot be loaded: .* ?no-such-program/,
    ],
  ])('goes on where the kubeconfig %s, and says so', async (_, config, trouble) => {
    const args = ['explain', '-f', file(DEPLOYMENT)];
    const { code, stderr, stdout } = await runCommand(args, file(config, 'kubeconfig'));

    expect(code).toBe(0);
    expect(stderr).toMatch(trouble);
    expect(stderr).toContain('; --config can give the config instead');
    expect(stdout).toContain('would be injected');
  });

  it('takes the namespace of the context for objects that name none', async () => {
    const fake = await fakeObjects(cluster([livePod('web')]));
    const content = readFileSync(fake.kubeconfig, 'utf8');
    const inShop = content.replace('"user":"fake"}', '"user":"fake","namespace":"shop"}');
    const config = file(inShop, 'kubeconfig');
    const pod = await runCommand(['explain', 'pod/web'], config);
    const nameless = file(DEPLOYMENT.replace(', namespace: shop', ''));
    const manifest = await runCommand(['explain', '-f', nameless], config);
    const audited = await runCommand(['audit'], config);

    expect(pod.stdout).toContain('Pod shop/web: ');
    expect(manifest.stdout).toContain('Deployment shop/web: ');
    expect(audited.stdout).toContain('Pod shop/web: ');
  });

  it('takes --install-namespace at its word', async () => {
    const fake = await fakeObjects(cluster([]));
    const args = ['explain', '-f', file(DEPLOYMENT), '--install-namespace', 'typo'];
    const typo = await runCommand(args, fake.kubeconfig);
    const nowhere = await runCommand(args, NO_CLUSTER);

    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toContain(
      'there is no ConfigMap podherald with config.yaml in namespace typo',
    );
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
  });

  it('needs no cluster with --config, even where there is one', async () => {
    const fake = await fakeObjects(cluster([]));
    const config = file('apiVersion: podherald.dev/v1\nkind: Config\n', 'config.yaml');
    await runCommand(['explain', '-f', file(DEPLOYMENT), '--config', config], fake.kubeconfig);

    expect(fake.requests).toEqual([]);
  });

  it('tells all that keeps the input from being YAML', async () => {
    const { code, stdout, stderr } = await explainFile('a: [\n');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/manifest\.yaml:\d+: /);
  });
});

const MESH = { name: 'mesh', image: 'mesh' };

describe('explain of an object', () => {
  async function explainPod(pod: object, more: Record<string, unknown> = {}) {
    const fake = await fakeObjects(cluster([pod], more));
    const args = ['explain', 'pod/web', '-n', 'shop'];
    const text = await runCommand(args, fake.kubeconfig);
    const { stdout } = await runCommand([...args, '-o', 'json'], fake.kubeconfig);
    return { text: text.stdout, ...JSON.parse(stdout).objects[0] };
  }

  const injected = (pod: object): object =>
    applyOperations(pod, mutate(pod, { name: 'shop' }, defaultRules('0')).operations);

  it('tells what a pod has got, and what its status says', async () => {
    const { text, live, has, lacks } = await explainPod(injected(livePod('web')));

    expect(text).toContain('Pod shop/web: has what it asks for\n');
    expect(live).toMatchObject({ missing: false, status: { version: '0' } });
    expect(lacks).toEqual([]);
    expect(has).toContainEqual({ container: 'app', kind: 'files', names: ['/etc/downward'] });
    expect(has).toContainEqual({ kind: 'volume', names: ['downward'] });
  });

  interface StoredSpec {
    containers: { env: object[]; volumeMounts: object[] }[];
    initContainers: object[];
    volumes: object[];
  }
  const TOKEN = {
    name: 'kube-api-access-x',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  };

  it.each<[string, (spec: StoredSpec) => void]>([
    ['a container', ({ containers }) => containers.unshift({ env: [], volumeMounts: [], ...MESH })],
    ['an init container', ({ initContainers }) => initContainers.unshift(MESH)],
    ['a variable', ({ containers }) => containers[0]?.env.unshift({ name: 'A', value: 'b' })],
    [
      'a mount',
      ({ containers, volumes }) => {
        containers[0]?.volumeMounts.push(TOKEN);
        volumes.unshift({ name: TOKEN.name, projected: {} });
      },
    ],
  ])('still knows what is podherald’s where another webhook has put %s', async (_, change) => {
    const annotations = { 'inject-metadata': 'true', 'inject-ambassador': 'true' };
    const pod = structuredClone(injected(livePod('web', { annotations }))) as { spec: StoredSpec };
    const before = await explainPod(structuredClone(pod));
    change(pod.spec);
    const { has } = await explainPod(pod);

    expect(before.has).toContainEqual({
      container: 'app',
      kind: 'files',
      names: ['/etc/downward'],
    });
    expect(has).toEqual(before.has);
  });

  it('tells what a pod lacks, and why', async () => {
    const { text, live } = await explainPod(livePod('web'));

    expect(text).toContain('Pod shop/web: lacks what it asks for\n');
    expect(text).toMatch(/likely +suspected: podherald did not answer when it was created/);
    expect(live).toMatchObject({ missing: true, reason: 'unreachable' });
  });

  it('says that a pod has part of what it asks for, or of what its namespace does', async () => {
    const annotations = { 'inject-metadata': 'true', 'inject-ambassador': 'true' };
    const spec = { hostNetwork: true };
    const own = await explainPod(injected(livePod('web', { annotations, spec })));
    const defaults = namespaceObject('shop', { annotations });
    const silent = injected(livePod('web', { annotations: { 'inject-metadata': 'true' }, spec }));
    const asked = await explainPod(silent, { '/api/v1/namespaces/shop': defaults });

    expect(own.text).toContain('Pod shop/web: has part of what it asks for\n');
    expect(own.live).toMatchObject({ missing: true, reason: 'not_granted' });
    expect(asked.text).toContain('has part of what its namespace asks for, by design\n');
    expect(asked.live).toMatchObject({ missing: false, byDesign: ['host_network'] });
  });

  it('says that a namespace without the label of the scope asks in vain', async () => {
    const { text } = await explainPod(livePod('web', { annotations: {} }), {
      [WEBHOOKS]: [LABELLED_SCOPE],
      '/api/v1/namespaces/shop': namespaceObject('shop', {
        annotations: { 'inject-metadata': 'true' },
      }),
    });

    expect(text).toMatch(/webhook +not asked: .*unless their namespace has the label/);
  });

  it.each<[string, object, Record<string, unknown>, RegExp]>([
    [
      'a mirror pod',
      livePod('web', {
        annotations: { 'inject-metadata': 'true', 'kubernetes.io/config.mirror': 'x' },
      }),
      {},
      /webhook +not asked: a mirror pod/,
    ],
    [
      'a pod in an exempt namespace',
      livePod('web'),
      {
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'exempt:\n  namespaces: [shop]\n',
        ),
      },
      /decided by: exempt\.namespaces of the config \(ConfigMap podherald\/podherald:4\)/,
    ],
    [
      'a pod that asks for nothing',
      livePod('web', { annotations: {} }),
      {},
      /decided by: no inject-… annotation on the pod or on namespace shop/,
    ],
  ])('explains %s', async (_, pod, more, sentence) => {
    const { text, live } = await explainPod(pod, more);

    expect(text).toContain('would get nothing');
    expect(text).toMatch(sentence);
    expect(live).toMatchObject({ missing: false });
  });

  const REPLICA_SET = '/apis/apps/v1/namespaces/shop/replicasets/web-6d4cf';
  const ofReplicaSet = livePod('web', {
    annotations: {},
    metadata: controlled('ReplicaSet', 'web-6d4cf'),
  });

  const DEPLOYMENT_KIND = { apiVersion: 'apps/v1', kind: 'Deployment' };

  it('names the annotation on the Deployment that a pod is of', async () => {
    const metadata = { name: 'web', namespace: 'shop', annotations: { 'inject-metadata': 'true' } };
    const { text, misplaced } = await explainPod(ofReplicaSet, {
      [REPLICA_SET]: { metadata: controlled('Deployment', 'web') },
      '/apis/apps/v1/namespaces/shop/deployments/web': { ...DEPLOYMENT_KIND, metadata },
    });

    expect(text).toMatch(/mistake +inject-metadata stands on the Deployment web; pods get only/);
    expect(misplaced).toMatchObject({ owner: { kind: 'Deployment', name: 'web' } });
  });

  it('knows a Deployment without reading its ReplicaSet, as audit does', async () => {
    const labels = { 'pod-template-hash': '6d4cf' };
    const metadata = controlled('ReplicaSet', 'web-6d4cf', labels);
    const { misplaced } = await explainPod(livePod('web', { annotations: {}, metadata }), {
      '/apis/apps/v1/namespaces/shop/deployments/web': {
        ...DEPLOYMENT_KIND,
        metadata: { name: 'web', annotations: { 'inject-metadata': 'true' } },
      },
    });

    expect(misplaced).toMatchObject({ owner: { kind: 'Deployment', name: 'web' } });
  });

  it('tells that it may not read what a pod is of, and goes on', async () => {
    const fake = await fakeObjects(cluster([ofReplicaSet]));
    fake.scripted.set(REPLICA_SET, [status(403, 'no replicasets for you')]);
    const args = ['explain', 'pod/web', '-n', 'shop'];
    const { code, stdout } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stdout).toMatch(/owner +not known: .*403 to GET .*web-6d4cf/);
  });

  it('explains a workload by its template', async () => {
    const path = '/apis/apps/v1/namespaces/shop/deployments/web';
    const fake = await fakeObjects(cluster([], { [path]: parse(DEPLOYMENT) }));
    const args = ['explain', 'deploy/web', '-n', 'shop'];
    const { stdout } = await runCommand(args, fake.kubeconfig);

    expect(stdout).toContain('Deployment shop/web: would be injected\n');
    expect(stdout).toMatch(/\(the pod\) +gets +1 container: ambassador/);
  });

  it('says what is not there, and what no kind is', async () => {
    const fake = await fakeObjects(cluster([]));
    const missing = await runCommand(['explain', 'pod/nope', '-n', 'shop'], fake.kubeconfig);
    const typo = await runCommand(['explain', 'pod/web', '-n', 'shpo'], fake.kubeconfig);
    const kind = await runCommand(['explain', 'pof/web'], fake.kubeconfig);
    const both = await runCommand(['explain', 'pod/web', '-f', 'x'], fake.kubeconfig);

    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('there is no Pod nope in namespace shop');
    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toContain('there is no namespace shpo');
    expect(kind.stderr).toContain('the kinds are pod, ');
    expect(both.stderr).toContain('either one object, such as pod/web, or files');
  });
});
