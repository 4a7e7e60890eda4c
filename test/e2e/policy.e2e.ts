import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { Pod as AnyPod } from '../../src/api/pod.ts';
import { defaultRules } from '../../src/decision/rules.ts';
import { policyCovers } from '../../src/render/policy/policy-covers.ts';
import { readCases } from '../support/cases.ts';
import { arbitraryAnnotations } from './arbitrary-annotations.ts';
import { arbitrarySpec } from './arbitrary-spec.ts';
import { type Container, type Metadata, type Pod, pod } from './objects.ts';
import { hasPolicies } from './policies.ts';
import { createThrice, type Fates, test as suite, type Triplets } from './policy-twins.ts';
import { isNeeded, MANIFESTS, podOf, readManifest, readNamespaces } from './review-manifests.ts';

const test = suite.skipIf(!(await hasPolicies()));
const RULES = defaultRules('test');

test('captured pods', async ({ makeTriplets, api }) => {
  const documents = readNamespaces();
  const made = new Map<string, { triplets: Triplets; annotations: Record<string, string> }>();
  for (const { metadata } of documents.filter(({ kind }) => kind === 'Namespace')) {
    made.set(metadata.name ?? '', {
      triplets: await makeTriplets(metadata),
      annotations: metadata.annotations ?? {},
    });
  }
  for (const { metadata, ...document } of documents.filter(isNeeded)) {
    const { triplets } = made.get(metadata.namespace ?? '') ?? {};
    if (!triplets) continue;
    for (const namespace of Object.values(triplets)) {
      await namespace.apply({ ...document, metadata: { name: metadata.name } });
    }
  }
  const bad: string[] = [];
  const tally: Record<string, number> = {};
  for (const file of MANIFESTS) {
    const manifest = readManifest(file);
    const of = made.get(manifest.metadata.namespace ?? '');
    if (!of) throw new Error(file);
    const fates = await createThrice(api, of.triplets, podOf(manifest));
    const verdict = judge(podOf(manifest), of.annotations, fates);
    tally[verdict.kind] = (tally[verdict.kind] ?? 0) + 1;
    if (verdict.kind !== 'equal') console.log(file, verdict.kind, verdict.reason);
    if (verdict.kind === 'wrong') bad.push(`${file}: ${verdict.reason}`);
  }
  console.log(tally);
  expect(bad).toEqual([]);
});

test('golden pods', async ({ makeTriplets, api }) => {
  const made = new Map<string, Triplets>();
  const bad: string[] = [];
  const tally: Record<string, number> = {};
  for (const { name, pod: raw, namespace } of readCases()) {
    const key = JSON.stringify(namespace.annotations ?? {});
    const annotations = namespace.annotations ?? {};
    const triplets = made.get(key) ?? (await makeTriplets({ annotations } as Metadata));
    made.set(key, triplets);
    const whole = complete(raw as unknown as Pod);
    const fates = await createThrice(api, triplets, whole);
    const verdict = judge(whole, annotations, fates);
    tally[verdict.kind] = (tally[verdict.kind] ?? 0) + 1;
    if (verdict.kind !== 'equal') console.log(name, verdict.kind, verdict.reason);
    if (verdict.kind === 'wrong') bad.push(`${name}: ${verdict.reason}`);
  }
  console.log(tally);
  expect(bad).toEqual([]);
});

const PODS = Number(process.env['PODS'] ?? 200);
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);
const FREE = ['podherald.dev/metadata-env', 'podherald.dev/metadata-files'];

const arbitraryPod = arbitrarySpec().chain((spec) => {
  const names = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
  return fc
    .record({ of: arbitraryAnnotations(names), free: fc.nat(9), space: fc.nat(4) })
    .map(({ of: { annotations }, free, space }) => {
      const kept = Object.entries(annotations).filter(([key]) => free === 0 || !FREE.includes(key));
      return {
        space,
        pod: pod(
          { name: 'generated', labels: { app: 'a' }, annotations: Object.fromEntries(kept) },
          spec,
        ),
      };
    });
});

const SPACES: Record<string, string>[] = [
  {},
  { 'inject-metadata': 'true' },
  { 'podherald.dev/inject-metadata': ' otel,go', 'podherald.dev/metadata-path': '/data/x' },
  {
    'inject-metadata': 'no',
    'podherald.dev/inject-metadata': 'network,default',
    'podherald.dev/metadata-path': '/etc',
  },
  { 'inject-metadata': 'false', 'podherald.dev/metadata-path': ' /var/run/meta ' },
];

test('generated pods', async ({ makeTriplets, api }) => {
  const spaces: Triplets[] = [];
  for (const annotations of SPACES) spaces.push(await makeTriplets({ annotations }));
  const tally: Record<string, number> = {};
  const holds = fc.asyncProperty(arbitraryPod, async ({ pod: whole, space }) => {
    const triplets = spaces[space] as Triplets;
    const fates = await createThrice(api, triplets, whole);
    const verdict = judge(whole, SPACES[space] ?? {}, fates);
    tally[verdict.kind] = (tally[verdict.kind] ?? 0) + 1;
    const key = `${fates.byWebhook.kind}${fates.byPolicy.pod && JSON.stringify(fates.byPolicy.pod) !== JSON.stringify(fates.bare.pod) ? ' injected' : ''}`;
    tally[key] = (tally[key] ?? 0) + 1;
    expect(verdict.kind, verdict.reason).not.toBe('wrong');
  });
  const run = await fc.check(holds, { seed: SEED, numRuns: PODS });
  console.log(tally);
  expect(
    run.failed,
    run.failed
      ? `${run.counterexamplePath}\n${stringify(run.counterexample, { aliasDuplicateObjects: false })}\n${run.errorInstance}`
      : '',
  ).toBe(false);
});

interface Verdict {
  readonly kind: 'equal' | 'left alone' | 'wrong';
  readonly reason: string;
}

function judge(whole: Pod, annotations: Record<string, string>, fates: Fates): Verdict {
  const { bare, byWebhook, byPolicy } = fates;
  const seen = (bare.stored ?? whole) as unknown as AnyPod;
  const covered = policyCovers(seen, { name: 'shop', annotations }, RULES);
  const wanted = covered === true ? byWebhook : bare;
  if (covered !== true && byPolicy.kind === 'denied' && byWebhook.kind === 'denied') {
    return { kind: 'left alone', reason: covered };
  }
  // A policy's denial comes after the API server's own validation.
  if (wanted.kind === 'denied' && byPolicy.kind === 'refused' && bare.kind === 'refused') {
    return { kind: 'equal', reason: '' };
  }
  try {
    expect(byPolicy.kind, `${byPolicy.message} | ${byWebhook.message}`).toBe(wanted.kind);
    expect(byPolicy.pod).toEqual(wanted.pod);
  } catch (error) {
    return {
      kind: 'wrong',
      reason: `covered: ${covered}; ${error}; ${(error as { diff?: string }).diff}`,
    };
  }
  return { kind: covered === true ? 'equal' : 'left alone', reason: String(covered) };
}

/** What the API server wants of a pod besides, and golden cases leave out. */
function complete({ metadata, spec, ...raw }: Pod): Pod {
  const withImage = (of: Container): Container => ({ image: 'busybox', ...of });
  const initContainers = spec.initContainers?.map(withImage);
  return {
    ...raw,
    ...pod(
      { name: 'golden', ...metadata },
      {
        ...spec,
        containers: spec.containers.map(withImage),
        ...(initContainers && { initContainers }),
      },
    ),
  };
}
