import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubectl, tryKubectl } from './kubectl.ts';
import { generatedName, type Namespace, RUN_LABELS } from './namespace.ts';
import {
  ASKING,
  container,
  envNames,
  type KubeObject,
  pod,
  podSpec,
  RESTRICTED,
} from './objects.ts';
import { type Config, configText } from './podherald.ts';

const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';

/** What `podherald policy` prints, in force in selected namespaces only. */
export interface Policies {
  readonly name: string;
  /** Resolves when the API server injects by them there too. */
  readonly select: (...namespaces: readonly Namespace[]) => Promise<void>;
  readonly remove: () => Promise<void>;
}

interface Binding extends KubeObject {
  readonly spec: object;
}

/** Whether the cluster knows MutatingAdmissionPolicy v1, which came with Kubernetes 1.36. */
export async function hasPolicies(): Promise<boolean> {
  const { stdout } = await tryKubectl(['get', '--raw', '/apis/admissionregistration.k8s.io/v1']);
  return stdout.includes('"mutatingadmissionpolicies"');
}

export async function makePolicies(config: Config): Promise<Policies> {
  const folder = await mkdtemp(join(tmpdir(), 'podherald-policy-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, configText(config));
  const name = generatedName();
  const version: { gitVersion: string } = JSON.parse(await kubectl(['get', '--raw', '/version']));
  const text = await policyText([
    ...['--name', name, '--failure-policy', 'Fail', '--config', file],
    ...['--kubernetes-version', version.gitVersion],
  ]);
  await rm(folder, { recursive: true });
  const documents: Binding[] = parseAllDocuments(text).map((document) => document.toJS());
  const selected: string[] = [];
  return {
    name,
    select: async (...namespaces) => {
      selected.push(...namespaces.map(({ name }) => name));
      const items = documents.map((document) => limited(document, selected));
      await kubectl(
        ['apply', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
      );
      await Promise.all(namespaces.map(untilInjected));
    },
    remove: async () => {
      await kubectl(['delete', '--ignore-not-found', '-f', '-'], text);
    },
  };
}

export async function policyText(flags: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, 'policy', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text, [code]] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`podherald policy ended in ${code}`);
  return String(text);
}

/** Policies are about the whole cluster; their bindings can be about some namespaces. */
function limited({ metadata, ...document }: Binding, namespaces: readonly string[]): Binding {
  const labelled = { ...document, metadata: { ...metadata, labels: RUN_LABELS } };
  if (!document.kind.endsWith('Binding')) return labelled;
  const selector = {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }],
  };
  const spec = { ...document.spec, matchResources: { namespaceSelector: selector } };
  return { ...labelled, spec };
}

/** The API server takes up a policy a moment later: the fault shows that the last of them is there. */
async function untilInjected(namespace: Namespace): Promise<void> {
  const app = container('app', { securityContext: RESTRICTED });
  const asking = pod({ name: 'rehearsal', annotations: ASKING }, podSpec([app]));
  const faulty = {
    ...asking,
    metadata: { name: 'faulty', annotations: { 'inject-metadata': '' } },
  };
  await vi.waitFor(
    async () => {
      const { spec } = await namespace.create(asking, '--dry-run=server');
      if (!envNames(spec).includes('POD_NAME')) throw new Error('the policies inject nothing');
      const { stderr } = await namespace.try(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify(faulty),
      );
      if (!stderr.includes('-faults')) throw new Error(`the policies tell no fault: ${stderr}`);
    },
    { timeout: 30_000, interval: 100 },
  );
}

/** A policy that adds a container to a pod called early, if it is called after ours. */
export interface LaterPolicy {
  /**
   * Has the API server put the policies into another order: it calls them in that of a Go map,
   * which it makes anew when one of them changes (generic/policy_source.go calculatePolicyData).
   */
  readonly reorder: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function addContainerLater(name: string, namespace: Namespace): Promise<LaterPolicy> {
  const kinds = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
  const policy = {
    ...kinds,
    kind: 'MutatingAdmissionPolicy',
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      matchConditions: [
        { name: 'early', expression: "object.metadata.name == 'early'" },
        { name: 'not-yet', expression: "!object.spec.containers.exists(of, of.name == 'late')" },
        { name: 'injected', expression: 'object.spec.containers.all(of, has(of.env))' },
      ],
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: LATE } }],
    },
  };
  const binding = {
    ...kinds,
    kind: 'MutatingAdmissionPolicyBinding',
    spec: { policyName: name },
  };
  const items = [policy, binding].map((document) => limited(document, [namespace.name]));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(['apply', '-f', '-'], list);
  const target = ['mutatingadmissionpolicy', name];
  return {
    reorder: async () => {
      await kubectl(['annotate', ...target, '--overwrite', `e2e/now=${performance.now()}`]);
    },
    remove: async () => {
      await kubectl(['delete', '-f', '-'], list);
    },
  };
}

const LATE =
  "[JSONPatch{op: 'add', path: '/spec/containers/-', value: {'name': 'late', 'image': 'busybox'}}]";
