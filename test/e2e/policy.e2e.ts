import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { CASE_RULES, readCases } from '../support/cases.ts';
import { hasPolicies } from './features.ts';
import { container, type Pod, pod, podSpec, REQUEST_METADATA } from './objects.ts';
import { addContainerLater } from './policies.ts';
import { type Coverage, checkPolicies } from './policy-check.ts';
import { arbitraryPod, completePod, NAMESPACES } from './policy-pods.ts';
import { create, createInEach, type NamespaceTriple, test as suite } from './policy-suite.ts';
import { isNeeded, MANIFESTS, podOf, readManifest, readNamespaces } from './review-manifests.ts';
import { until } from './until.ts';

/** The policies here are for an empty config, so cases with a config are left out. */
const CASES = readCases().filter(({ rules }) => rules === CASE_RULES);

const HAS_POLICIES = await hasPolicies();
if (!HAS_POLICIES) console.log('skipped: MutatingAdmissionPolicy v1 needs Kubernetes 1.36');

const test = suite
  .extend('captured', { scope: 'file' }, async ({ makeTriples }) => {
    const documents = readNamespaces();
    const namespaces = documents.filter(({ kind }) => kind === 'Namespace');
    const triples = await makeTriples(namespaces.map(({ metadata }) => metadata));
    const byName = new Map(
      triples.map((triple, at) => [namespaces[at]?.metadata.name ?? '', triple]),
    );
    for (const { metadata, ...document } of documents.filter(isNeeded)) {
      const { bare, byWebhook, byPolicy } = tripleOf(byName, metadata.namespace);
      const manifest = { ...document, metadata: { name: metadata.name } };
      await Promise.all([bare, byWebhook, byPolicy].map((each) => each.apply(manifest)));
    }
    return byName;
  })
  .extend('golden', { scope: 'file' }, async ({ makeTriples }) => {
    const keys = [
      ...new Set(CASES.map(({ namespace }) => JSON.stringify(namespace.annotations ?? {}))),
    ];
    const triples = await makeTriples(keys.map((key) => ({ annotations: JSON.parse(key) })));
    return new Map(triples.map((triple, at) => [keys[at] ?? '', triple]));
  })
  .skipIf(!HAS_POLICIES);

const coverages: Coverage[] = [];

test.for(MANIFESTS)(
  'the policies inject the pod of %s as the webhook does, or not at all',
  async (file, { captured, api }) => {
    const manifest = readManifest(file);
    const triple = tripleOf(captured, manifest.metadata.namespace);
    const sent = podOf(manifest);
    coverages.push(checkPolicies(sent, triple, await createInEach(api, triple, sent)));
  },
);

test.for(CASES)(
  'the policies inject the pod of case $name as the webhook does, or not at all',
  async ({ namespace, pod }, { golden, api }) => {
    const triple = tripleOf(golden, JSON.stringify(namespace.annotations ?? {}));
    const sent = completePod(pod as unknown as Pod);
    coverages.push(checkPolicies(sent, triple, await createInEach(api, triple, sent)));
  },
);

test('the policies cover more than 80 % of these pods', () => {
  const covered = coverages.filter((coverage) => coverage === 'covered').length;
  console.log(`the policies cover ${covered} of ${coverages.length} pods`);
  expect(covered / coverages.length).toBeGreaterThan(0.8);
});

const PODS = 200;
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);

test('the policies inject generated pods as the webhook does, or not at all', async ({
  makeTriples,
  api,
}) => {
  const triples = await makeTriples(NAMESPACES.map((annotations) => ({ annotations })));
  const counts: Record<string, number> = {};
  const count = (key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };

  const holds = fc.asyncProperty(
    arbitraryPod,
    fc.constantFrom(...triples),
    async (generated, triple) => {
      const results = await createInEach(api, triple, generated);
      count(checkPolicies(generated, triple, results));
      count(results.byWebhook.kind);
      if (hasAmbassador(results.byPolicy.pod)) count('ambassador');
    },
  );
  const run = await fc.check(holds, { seed: SEED, numRuns: PODS });

  console.log(`seed ${SEED}: of ${PODS} generated pods`, counts);
  const [sent] = run.counterexample ?? [];
  const counterexample = stringify(sent, { aliasDuplicateObjects: false });
  expect(run.failed, `${run.counterexamplePath}\n${counterexample}\n${run.errorInstance}`).toBe(
    false,
  );
  expect(counts['covered']).toBeGreaterThan(PODS / 2);
  expect(counts['accepted']).toBeGreaterThan(PODS / 3);
  expect(counts['ambassador']).toBeGreaterThan(PODS / 10);
});

test.for([
  [
    'metadata-env',
    { 'podherald.dev/metadata-env': 'A=metadata.name' },
    /an admission policy cannot parse these annotations/,
  ],
  ['Unicode white space', { 'inject-metadata': 'true\u0085' }, /U\+0085/],
  ['a byte order mark', { 'inject-metadata': '\ufefftrue' }, /U\+FEFF/],
] as const)(
  'a pod whose annotations the policies cannot read, because of %s, gets a warning and is not changed',
  async ([, annotations, warning], { golden }) => {
    const { byPolicy } = tripleOf(golden, '{}');
    const requesting = pod(
      { name: 'warned', annotations: { ...REQUEST_METADATA, ...annotations } },
      APP,
    );
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    const { code, stdout, stderr } = await byPolicy.try(args, JSON.stringify(requesting));

    expect(code).toBe(0);
    expect(stderr).toMatch(warning);
    const { spec }: Pod = JSON.parse(stdout);
    expect(spec.containers[0]?.env).toBeUndefined();
  },
);

test('an injected pod that is created again is not changed by the policies', async ({
  golden,
  api,
}) => {
  const triple = tripleOf(golden, '{}');
  const first = await createInEach(
    api,
    triple,
    pod({ name: 'again', annotations: REQUEST_METADATA }, APP),
  );
  const stored = first.byPolicy.pod;
  if (stored === undefined) throw new Error(first.byPolicy.message);
  const { name, annotations } = stored.metadata;
  const again = pod({ ...(name && { name }), ...(annotations && { annotations }) }, stored.spec);
  const second = await createInEach(api, triple, again);

  expect(second.byPolicy.comparable).toEqual(second.bare.comparable);
  expect(checkPolicies(again, triple, second)).toBe('covered');
});

test('a container that another policy adds later is injected, too', async ({
  golden,
  api,
  policies,
  onTestFinished,
}) => {
  const { byPolicy } = tripleOf(golden, '{}');
  const later = await addContainerLater(`${policies.name}-later`, byPolicy);
  onTestFinished(later.remove);
  const requesting = pod({ name: 'early', annotations: REQUEST_METADATA }, APP);

  const stored = await until(
    60,
    async () => {
      await later.reorder();
      return (await create(api, byPolicy, requesting)).pod;
    },
    (found) => found?.spec.containers.length === 2,
  );
  const [app, late] = stored?.spec.containers ?? [];
  expect(late?.env).toEqual(app?.env);
  expect(late?.['volumeMounts']).toContainEqual({
    name: 'downward-late',
    mountPath: '/etc/downward',
    readOnly: true,
  });
});

test('the policies stay within the CEL cost limit of the API server for a pod with 40 containers', async ({
  golden,
  api,
}) => {
  const env = Array.from({ length: 30 }, (_, at) => ({ name: `OWN_${at}`, value: 'x' }));
  const volumes = Array.from({ length: 20 }, (_, at) => ({ name: `own-${at}`, emptyDir: {} }));
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/data/of/${name}` }));
  const containers = Array.from({ length: 40 }, (_, at) =>
    container(`app-${at}`, { env, volumeMounts }),
  );
  const annotations = { 'inject-metadata': 'default,otel,go,network,topology' };
  const large = pod({ name: 'large', annotations }, podSpec(containers, { volumes }));
  const triple = tripleOf(golden, '{}');

  expect(checkPolicies(large, triple, await createInEach(api, triple, large))).toBe('covered');
});

const APP = podSpec([container('app')]);

function hasAmbassador(stored: Pod | undefined): boolean {
  return (
    stored?.spec.initContainers?.some(({ args }) => String(args).startsWith('proxy,')) ?? false
  );
}

function tripleOf(triples: ReadonlyMap<string, NamespaceTriple>, key = 'default'): NamespaceTriple {
  const found = triples.get(key);
  if (found === undefined) throw new Error(`no namespaces were created for ${key}`);
  return found;
}
