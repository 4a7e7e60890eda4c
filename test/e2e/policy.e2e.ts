import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { CASE_RULES, readCases } from '../support/cases.ts';
import { ASKING, container, type Pod, pod, podSpec } from './objects.ts';
import { addContainerLater, hasPolicies } from './policies.ts';
import { arbitraryPod, completePod, NAMESPACES } from './policy-pods.ts';
import { create, createThrice, test as suite, type Triplets } from './policy-triplets.ts';
import { judge, type Verdict } from './policy-verdict.ts';
import { isNeeded, MANIFESTS, podOf, readManifest, readNamespaces } from './review-manifests.ts';
import { until } from './until.ts';

/** There is one policy here, that of an operator who has configured nothing. */
const CASES = readCases().filter(({ rules }) => rules === CASE_RULES);

const HAS_POLICIES = await hasPolicies();
if (!HAS_POLICIES) console.log('skipped: MutatingAdmissionPolicy v1 came with Kubernetes 1.36');

const test = suite
  .extend('captured', { scope: 'file' }, async ({ makeTriplets }) => {
    const documents = readNamespaces();
    const namespaces = documents.filter(({ kind }) => kind === 'Namespace');
    const triplets = await makeTriplets(namespaces.map(({ metadata }) => metadata));
    const places = new Map(
      triplets.map((triplet, at) => [namespaces[at]?.metadata.name ?? '', triplet]),
    );
    for (const { metadata, ...document } of documents.filter(isNeeded)) {
      const { bare, byWebhook, byPolicy } = placeOf(places, metadata.namespace);
      const manifest = { ...document, metadata: { name: metadata.name } };
      await Promise.all([bare, byWebhook, byPolicy].map((place) => place.apply(manifest)));
    }
    return places;
  })
  .extend('golden', { scope: 'file' }, async ({ makeTriplets }) => {
    const keys = [
      ...new Set(CASES.map(({ namespace }) => JSON.stringify(namespace.annotations ?? {}))),
    ];
    const triplets = await makeTriplets(keys.map((key) => ({ annotations: JSON.parse(key) })));
    return new Map(triplets.map((triplet, at) => [keys[at] ?? '', triplet]));
  })
  .skipIf(!HAS_POLICIES);

const verdicts: Verdict[] = [];

test.for(MANIFESTS)('%s: as podherald has it, or left alone', async (file, { captured, api }) => {
  const manifest = readManifest(file);
  const places = placeOf(captured, manifest.metadata.namespace);
  const sent = podOf(manifest);
  verdicts.push(judge(sent, places, await createThrice(api, places, sent)));
});

test.for(CASES)('$name: as podherald has it, or left alone', async (of, { golden, api }) => {
  const places = placeOf(golden, JSON.stringify(of.namespace.annotations ?? {}));
  const sent = completePod(of.pod as unknown as Pod);
  verdicts.push(judge(sent, places, await createThrice(api, places, sent)));
});

test('most of these pods are covered', () => {
  const equal = verdicts.filter((verdict) => verdict === 'equal').length;
  console.log(`${equal} of ${verdicts.length} pods are equal, the others left alone`);
  expect(equal / verdicts.length).toBeGreaterThan(0.8);
});

const PODS = 200;
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);

test('generated pods: as podherald has it, or left alone', async ({ makeTriplets, api }) => {
  const places = await makeTriplets(NAMESPACES.map((annotations) => ({ annotations })));
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  const holds = fc.asyncProperty(
    arbitraryPod,
    fc.constantFrom(...places),
    async (generated, place) => {
      const fates = await createThrice(api, place, generated);
      count(judge(generated, place, fates));
      count(fates.byWebhook.kind);
      if (hasAmbassador(fates.byPolicy.pod)) count('ambassador');
    },
  );
  const run = await fc.check(holds, { seed: SEED, numRuns: PODS });

  console.log(`seed ${SEED}: of ${PODS} generated pods`, counts);
  const [sent] = run.counterexample ?? [];
  const counterexample = stringify(sent, { aliasDuplicateObjects: false });
  expect(run.failed, `${run.counterexamplePath}\n${counterexample}\n${run.errorInstance}`).toBe(
    false,
  );
  expect(counts['equal']).toBeGreaterThan(PODS / 2);
  expect(counts['accepted']).toBeGreaterThan(PODS / 3);
  expect(counts['ambassador']).toBeGreaterThan(PODS / 10);
});

test.for([
  [
    'metadata-env',
    { 'podherald.dev/metadata-env': 'A=metadata.name' },
    /an admission policy cannot parse items/,
  ],
  ['a blank of Unicode', { 'inject-metadata': 'true\u0085' }, /U\+0085/],
  ['a byte order mark', { 'inject-metadata': '\ufefftrue' }, /U\+FEFF/],
] as const)('of %s the pod is told, and left alone', async ([, annotations, told], { golden }) => {
  const { byPolicy } = placeOf(golden, '{}');
  const asking = pod({ name: 'told', annotations: { ...ASKING, ...annotations } }, APP);
  const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
  const { code, stdout, stderr } = await byPolicy.try(args, JSON.stringify(asking));

  expect(code).toBe(0);
  expect(stderr).toMatch(told);
  const { spec }: Pod = JSON.parse(stdout);
  expect(spec.containers[0]?.env).toBeUndefined();
});

test('a pod that is created again as it is stored gets nothing more', async ({ golden, api }) => {
  const places = placeOf(golden, '{}');
  const first = await createThrice(api, places, pod({ name: 'again', annotations: ASKING }, APP));
  const stored = first.byPolicy.pod;
  if (stored === undefined) throw new Error(first.byPolicy.message);
  const { name, annotations } = stored.metadata;
  const again = pod({ ...(name && { name }), ...(annotations && { annotations }) }, stored.spec);
  const second = await createThrice(api, places, again);

  expect(second.byPolicy.comparable).toEqual(second.bare.comparable);
  expect(judge(again, places, second)).toBe('equal');
});

test('a container that another policy adds later gets its own as well', async ({
  golden,
  api,
  policies,
  onTestFinished,
}) => {
  const places = placeOf(golden, '{}');
  const later = await addContainerLater(`${policies.name}-later`, places.byPolicy);
  onTestFinished(later.remove);
  const asking = pod({ name: 'early', annotations: ASKING }, APP);

  const stored = await until(
    60,
    async () => {
      await later.reorder();
      return (await create(api, places.byPolicy, asking)).pod;
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

test('forty containers are within the budget of the API server', async ({ golden, api }) => {
  const env = Array.from({ length: 30 }, (_, at) => ({ name: `OWN_${at}`, value: 'x' }));
  const volumes = Array.from({ length: 20 }, (_, at) => ({ name: `own-${at}`, emptyDir: {} }));
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/data/of/${name}` }));
  const containers = Array.from({ length: 40 }, (_, at) =>
    container(`app-${at}`, { env, volumeMounts }),
  );
  const annotations = { 'inject-metadata': 'default,otel,go,network' };
  const large = pod({ name: 'large', annotations }, podSpec(containers, { volumes }));
  const places = placeOf(golden, '{}');

  expect(judge(large, places, await createThrice(api, places, large))).toBe('equal');
});

const APP = podSpec([container('app')]);

function hasAmbassador(of: Pod | undefined): boolean {
  return of?.spec.initContainers?.some(({ args }) => String(args).startsWith('proxy,')) ?? false;
}

function placeOf(places: ReadonlyMap<string, Triplets>, name = 'default'): Triplets {
  const found = places.get(name);
  if (found === undefined) throw new Error(`no namespace has been made for ${name}`);
  return found;
}
