import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { podherald } from '../support/run-command.ts';
import { CHART, HELMS, type Helm, helm, NO_HELM, setJson } from './helm.ts';
import type { KubeObject } from './objects.ts';

/** A Helm that `go install` builds assumes Kubernetes 1.20 if it has no cluster. */
const KUBE_VERSION = ['--kube-version', '1.29.0'];

interface Row {
  readonly flags?: readonly string[];
  readonly values?: object;
  /** The config: a file for podherald manifests, and a value of the chart. */
  readonly config?: object;
}

/** Flags of `podherald manifests`, and the values of the chart that mean the same. */
const TABLE: readonly Row[] = [
  {},
  { flags: ['--tls', 'cert-manager'], values: { tls: 'cert-manager' } },
  { flags: ['--tls', 'files'], values: { tls: 'files' } },
  { flags: ['--scope', 'labelled'], values: { scope: 'labelled' } },
  {
    flags: ['--scope', 'labelled', '--tls', 'cert-manager', '--failure-policy', 'Fail'],
    values: { scope: 'labelled', tls: 'cert-manager', failurePolicy: 'Fail' },
  },
  { flags: ['--failure-policy', 'Fail'], values: { failurePolicy: 'Fail' } },
  { flags: ['--replicas', '3'], values: { replicas: 3 } },
  { flags: ['--host-network'], values: { hostNetwork: true } },
  {
    flags: ['--port', '10250', '--admin-port', '9090'],
    values: { port: 10_250, adminPort: 9090 },
  },
  { flags: ['--no-workload-warnings'], values: { workloadWarnings: false } },
  {
    flags: ['--image-pull-secret', 'one', '--image-pull-secret', 'two'],
    values: { imagePullSecrets: [{ name: 'one' }, { name: 'two' }] },
  },
  {
    flags: ['--image', 'registry.example.com:5000/team/podherald:9'],
    values: { image: { repository: 'registry.example.com:5000/team/podherald', tag: '9' } },
  },
  {
    flags: ['--exclude-namespace', 'one', '--exclude-namespace', 'kube-system'],
    values: { excludedNamespaces: ['one', 'kube-system'] },
  },
  { flags: ['--priority-class', ''], values: { priorityClassName: '' } },
  { flags: ['--priority-class', 'mine'], values: { priorityClassName: 'mine' } },
  { flags: ['--client-ca-secret', 'clients'], values: { clientCaSecret: 'clients' } },
  { flags: ['--namespace', 'injection'] },
  {
    config: { annotationPrefix: 'example.com' },
    flags: ['--scope', 'labelled'],
    values: { scope: 'labelled' },
  },
  { config: { annotationPrefix: 'example.com/', onInvalid: 'warn' } },
  { config: { namespaces: { annotations: false } } },
  { config: { namespaces: { annotations: false, labels: ['example.com/team'] } } },
  {
    config: {
      namespaces: { annotations: false },
      profiles: { team: { env: { TEAM: "namespace.labels['example.com/team']" } } },
    },
  },
  {
    config: { namespaces: { annotations: false } },
    flags: ['--tls', 'cert-manager'],
    values: { tls: 'cert-manager' },
  },
  {
    config: { exempt: { namespaces: ['quiet', 'other'] } },
    flags: ['--exclude-namespace', 'third'],
    values: { excludedNamespaces: ['third'] },
  },
];

describe.skipIf(NO_HELM).each(HELMS)('the chart, rendered by %s', (program) => {
  test.each(TABLE)(
    'has the objects of podherald manifests: flags $flags, config $config',
    async (row) => {
      expect(await rendered(program, row)).toEqual(await printed(row));
    },
  );

  test('passes helm lint', async () => {
    await helm(program, ['lint', '--strict', ...KUBE_VERSION, '--namespace', 'podherald', CHART]);
  });

  test.each([
    { replica: 3 },
    { image: { tags: '1' } },
    { failurePolicy: 'fail' },
    { config: { exempts: {} } },
    { port: 80 },
    { port: 8080 },
  ])('is not rendered with invalid values: %j', async (values) => {
    await expect(template(program, values)).rejects.toThrow(/values|port and adminPort/);
  });

  test.each(['default', 'kube-system'])('is not rendered for namespace %s', async (name) => {
    await expect(template(program, {}, name)).rejects.toThrow(/must not share/);
  });

  test('adds what only the chart has', async () => {
    const objects = await template(program, {
      labels: { team: 'a', 'app.kubernetes.io/name': 'other' },
      annotations: { note: 'b' },
      podLabels: { pod: 'c' },
      podAnnotations: { pod: 'd' },
      webhookAnnotations: { wave: '1' },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      extraArgs: ['--log-level=debug'],
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      podDisruptionBudget: { maxUnavailable: '50%' },
      networkPolicy: { metricsFrom: [{ namespaceSelector: {} }] },
      runAsUser: null,
    });
    for (const { metadata } of Object.values(objects)) {
      expect(metadata.labels).toMatchObject({ team: 'a', 'app.kubernetes.io/name': 'podherald' });
      expect(metadata.annotations).toMatchObject({ note: 'b' });
    }
    expect(objects['MutatingWebhookConfiguration podherald']?.metadata.annotations).toEqual({
      note: 'b',
      wave: '1',
    });
    expect(objects['ServiceMonitor podherald']?.metadata.labels).toHaveProperty('release');
    expect(objects['PodDisruptionBudget podherald']).toHaveProperty('spec.maxUnavailable', '50%');
    const deployment = objects['Deployment podherald'] as unknown as Deployment;
    const { metadata, spec } = deployment.spec.template;
    expect(metadata.labels).toMatchObject({
      team: 'a',
      pod: 'c',
      'app.kubernetes.io/name': 'podherald',
    });
    expect(metadata.annotations).toEqual({ note: 'b', pod: 'd' });
    expect(spec).toMatchObject({
      nodeSelector: { disk: 'ssd', 'kubernetes.io/os': 'linux' },
      tolerations: [{ operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
    });
    expect(spec.securityContext).not.toHaveProperty('runAsUser');
    expect(spec.containers[0].args).toContain('--log-level=debug');
  });

  test('omits the objects that values turn off', async () => {
    const off = { enabled: false };
    const objects = await template(program, {
      networkPolicy: off,
      podDisruptionBudget: off,
      resourceQuota: off,
    });
    const kinds = Object.values(objects).map(({ kind }) => kind);
    expect(kinds).toContain('Deployment');
    expect(kinds).not.toContain('NetworkPolicy');
    expect(kinds).not.toContain('PodDisruptionBudget');
    expect(kinds).not.toContain('ResourceQuota');
  });
});

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: object };
      readonly spec: {
        readonly securityContext: object;
        readonly containers: [{ args: string[] }];
      };
    };
  };
}

/** Helm creates the namespace of a release, so the chart has none. */
async function printed({ flags = [], config }: Row): Promise<Record<string, KubeObject>> {
  if (config === undefined) return withoutNamespace(byName(await manifests(flags)));
  const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
  const file = join(folder, 'config.yaml');
  try {
    await writeFile(file, stringify({ apiVersion: 'podherald.dev/v1', kind: 'Config', ...config }));
    return withoutNamespace(byName(await manifests([...flags, '--config', file])));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function manifests(flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await podherald(['manifests', ...flags]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

function withoutNamespace(objects: Record<string, KubeObject>): Record<string, KubeObject> {
  return Object.fromEntries(Object.entries(objects).filter(([, { kind }]) => kind !== 'Namespace'));
}

function rendered(program: Helm, row: Row): Promise<Record<string, KubeObject>> {
  const { flags = [], values = {}, config } = row;
  const at = flags.indexOf('--namespace');
  const all = config === undefined ? values : { ...values, config };
  return template(program, all, at === -1 ? 'podherald' : flags[at + 1]);
}

async function template(
  program: Helm,
  values: object,
  namespace = 'podherald',
): Promise<Record<string, KubeObject>> {
  const args = ['template', 'any-name', CHART, ...KUBE_VERSION, '--namespace', namespace];
  return byName(await helm(program, [...args, ...setJson(values)]));
}

/** Returns the objects by kind and name. The text of the config becomes an object: its comments do not matter. */
function byName(text: string): Record<string, KubeObject> {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) throw new Error('expected at least one object');
  const objects = documents.map((document) => document.toJS());
  for (const { kind, data } of objects) {
    if (kind === 'ConfigMap') data['config.yaml'] = parse(data['config.yaml']);
  }
  return Object.fromEntries(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
}
