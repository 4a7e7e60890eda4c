import { expect } from 'vitest';
import type { Ended } from './kubectl.ts';
import type { Namespace } from './namespace.ts';
import { countReviews } from './podherald.ts';
import { isNeeded, MANIFESTS, podOf, readManifest, readNamespaces } from './review-manifests.ts';
import { test as suite } from './suite.ts';

/** What the API server refuses also without podherald. */
const INVALID = new Set(['45-annotation-key-tilde.yaml']);

/** What podherald denies, for faults in the pod's own annotations. */
const DENIED = new Set([
  '12-ambassador-port-taken.yaml',
  '46-labels-dots-slashes.yaml',
  '48-value-yes.yaml',
  '50-value-empty.yaml',
  '52-value-field-path.yaml',
  '53-metadata-env-faults.yaml',
  '55-both-forms-contradict.yaml',
]);

/** A namespace of the manifests, made twice: without a webhook, and with ours. */
interface Twins {
  readonly bare: Namespace;
  readonly ours: Namespace;
}

const test = suite.extend(
  'twins',
  { scope: 'file' },
  async ({ makeBareNamespace, makeNamespace }) => {
    const documents = readNamespaces();
    const twins = new Map<string, Twins>();
    for (const { kind, metadata } of documents.filter(
      (document) => document.kind === 'Namespace',
    )) {
      const made = { bare: await makeBareNamespace(metadata), ours: await makeNamespace(metadata) };
      twins.set(metadata.name ?? kind, made);
    }
    for (const { metadata, ...document } of documents.filter(isNeeded)) {
      const { bare, ours } = twinsOf(twins, metadata.namespace);
      const manifest = { ...document, metadata: { name: metadata.name } };
      await Promise.all([bare.apply(manifest), ours.apply(manifest)]);
    }
    return twins;
  },
);

// Where this fails, none of the tests below is tried.
test.beforeAll(({ twins }) => {
  expect(twins.size).toBe(9);
});

test.for(MANIFESTS)(
  'what the API server accepts of %s, it accepts injected',
  async (file, { twins }) => {
    const manifest = readManifest(file);
    const { bare, ours } = twinsOf(twins, manifest.metadata.namespace);
    const pod = JSON.stringify(podOf(manifest));
    // Fields that are newer than the cluster are then left out, as they are for its users.
    const args = ['create', '--dry-run=server', '--validate=ignore', '-f', '-'];
    const [without, withOurs] = await Promise.all([bare.try(args, pod), ours.try(args, pod)]);

    expect(refusal(without)).toMatch(INVALID.has(file) ? /is invalid/ : /^$/);
    if (DENIED.has(file)) expect(refusal(withOurs)).toContain('denied the request');
    else expect(refusal(withOurs)).toBe(refusal(without));
  },
);

test('podherald has failed open on none of them', async ({ podherald }) => {
  expect(await countReviews(podherald, 'failed_open')).toBe(0);
});

function twinsOf(twins: ReadonlyMap<string, Twins>, namespace = 'default'): Twins {
  const found = twins.get(namespace);
  if (found === undefined) throw new Error(`00-namespaces.yaml has no namespace ${namespace}`);
  return found;
}

/** Why kubectl failed, without warnings, and in one order; empty where it did not. */
function refusal({ code, stderr }: Ended): string {
  if (code === 0) return '';
  const lines = stderr.trim().split('\n');
  return lines
    .filter((line) => !line.startsWith('Warning: '))
    .sort()
    .join('\n');
}
