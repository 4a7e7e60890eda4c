import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubectl } from './kubectl.ts';
import { generatedName, type Namespace, RUN_LABELS } from './namespace.ts';
import {
  container,
  envNames,
  type KubeObject,
  pod,
  podSpec,
  REQUEST_METADATA,
  RESTRICTED,
} from './objects.ts';
import { type Config, configText } from './podherald.ts';
import { podheraldOutput } from './podherald-cli.ts';

/** The policies that `podherald policy` prints, bound to selected namespaces only. */
export interface Policies {
  readonly name: string;
  /** Selects more namespaces. Resolves when the API server uses the policies for their pods. */
  readonly select: (...namespaces: readonly Namespace[]) => Promise<void>;
  readonly remove: () => Promise<void>;
}

interface Binding extends KubeObject {
  readonly spec: object;
}

/** Renders the policies for a config. They are created when the first namespace is selected. */
export async function makePolicies(config: Config): Promise<Policies> {
  const folder = await mkdtemp(join(tmpdir(), 'podherald-policy-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, configText(config));
  const name = generatedName();
  const version: { gitVersion: string } = JSON.parse(await kubectl(['get', '--raw', '/version']));
  const text = await podheraldOutput([
    'policy',
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

/** Labels the object, and limits a binding to the namespaces. A policy itself cannot be limited. */
function limited({ metadata, ...document }: Binding, namespaces: readonly string[]): Binding {
  const labelled = { ...document, metadata: { ...metadata, labels: RUN_LABELS } };
  if (!document.kind.endsWith('Binding')) return labelled;
  const selector = {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }],
  };
  const spec = { ...document.spec, matchResources: { namespaceSelector: selector } };
  return { ...labelled, spec };
}

/**
 * Waits for the API server, which uses a policy a moment after it is created. The pod with an
 * invalid annotation shows that the last of the policies is in use.
 */
async function untilInjected(namespace: Namespace): Promise<void> {
  const app = container('app', { securityContext: RESTRICTED });
  const requesting = pod({ name: 'probe', annotations: REQUEST_METADATA }, podSpec([app]));
  const invalid = {
    ...requesting,
    metadata: { name: 'invalid', annotations: { 'inject-metadata': '' } },
  };
  await vi.waitFor(
    async () => {
      const { spec } = await namespace.create(requesting, '--dry-run=server');
      if (!envNames(spec).includes('POD_NAME')) throw new Error('the policies inject nothing');
      const { stderr } = await namespace.try(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify(invalid),
      );
      if (!stderr.includes('-faults')) {
        throw new Error(`the policies report no invalid annotation: ${stderr}`);
      }
    },
    { timeout: 30_000, interval: 100 },
  );
}

/** A policy that adds a container to the pod `early` when it runs after podherald's policies. */
export interface LaterPolicy {
  /**
   * Changes the policy, so that the API server may call all policies in another order: it uses the
   * order of a Go map, which it rebuilds when a policy changes (generic/policy_source.go
   * calculatePolicyData).
   */
  readonly reorder: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Creates that policy for one namespace. */
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
