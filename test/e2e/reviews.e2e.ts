import { expect } from 'vitest';
import type { CommandResult } from './kubectl.ts';
import type { Namespace } from './namespace.ts';
import { countReviews } from './podherald.ts';
import { isNeeded, MANIFESTS, podOf, readManifest, readNamespaces } from './review-manifests.ts';
import { test as suite } from './suite.ts';

/** Manifests that the API server also rejects without podherald. */
const INVALID = new Set(['45-annotation-key-tilde.yaml']);

/** Manifests that podherald denies, because of invalid annotations. */
const DENIED = new Set([
  '12-ambassador-port-taken.yaml',
  '46-labels-dots-slashes.yaml',
  '48-value-yes.yaml',
  '50-value-empty.yaml',
  '52-value-field-path.yaml',
  '53-metadata-env-faults.yaml',
  '55-both-forms-contradict.yaml',
]);

/** Two namespaces with the same labels and annotations. */
interface NamespacePair {
  /** Without a webhook. */
  readonly bare: Namespace;
  /** With podherald's webhook. */
  readonly injecting: Namespace;
}

const test = suite.extend(
  'pairs',
  { scope: 'file' },
  async ({ makeBareNamespace, makeNamespace }) => {
    const documents = readNamespaces();
    const pairs = new Map<string, NamespacePair>();
    for (const { kind, metadata } of documents.filter(
      (document) => document.kind === 'Namespace',
    )) {
      pairs.set(metadata.name ?? kind, {
        bare: await makeBareNamespace(metadata),
        injecting: await makeNamespace(metadata),
      });
    }
    for (const { metadata, ...document } of documents.filter(isNeeded)) {
      const { bare, injecting } = pairOf(pairs, metadata.namespace);
      const manifest = { ...document, metadata: { name: metadata.name } };
      await Promise.all([bare.apply(manifest), injecting.apply(manifest)]);
    }
    return pairs;
  },
);

// If this fails, vitest skips all the tests below.
test.beforeAll(({ pairs }) => {
  expect(pairs.size).toBe(9);
});

test.for(MANIFESTS)(
  'the API server accepts the injected pod of %s if it accepts the pod without podherald',
  async (file, { pairs }) => {
    const manifest = readManifest(file);
    const { bare, injecting } = pairOf(pairs, manifest.metadata.namespace);
    const pod = JSON.stringify(podOf(manifest));
    // Without validation by kubectl, the API server drops fields that it does not know yet.
    const args = ['create', '--dry-run=server', '--validate=ignore', '-f', '-'];
    const [plain, injected] = await Promise.all([bare.try(args, pod), injecting.try(args, pod)]);

    expect(errorOf(plain)).toMatch(INVALID.has(file) ? /is invalid/ : /^$/);
    if (DENIED.has(file)) expect(errorOf(injected)).toContain('denied the request');
    else expect(errorOf(injected)).toBe(errorOf(plain));
  },
);

test('podherald has not failed open for any of these pods', async ({ podherald }) => {
  expect(await countReviews(podherald, 'failed_open')).toBe(0);
});

function pairOf(pairs: ReadonlyMap<string, NamespacePair>, namespace = 'default'): NamespacePair {
  const found = pairs.get(namespace);
  if (found === undefined) throw new Error(`00-namespaces.yaml has no namespace ${namespace}`);
  return found;
}

/** Returns the sorted error lines of kubectl without warnings; an empty text if it succeeded. */
function errorOf({ code, stderr }: CommandResult): string {
  if (code === 0) return '';
  const lines = stderr.trim().split('\n');
  return lines
    .filter((line) => !line.startsWith('Warning: '))
    .sort()
    .join('\n');
}
