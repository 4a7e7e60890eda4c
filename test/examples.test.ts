import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { defaultRules } from '../src/core/decision/rules.ts';
import { CASE_NAMESPACE } from './support/cases.ts';
import { injectManifest } from './support/manifests.ts';

const FOLDER = join(import.meta.dirname, '../examples');
const MANIFESTS = globSync('**/*.yaml', { cwd: FOLDER }).filter((file) => file !== 'config.yaml');
const DEFAULTS = defaultRules('test');
/** examples/ambassador-client-node needs an operator who allows full access. */
const rules = { ...DEFAULTS, ambassador: { ...DEFAULTS.ambassador, maxAccess: 'full' } } as const;
const OPTIONS = { rules, namespace: CASE_NAMESPACE, annotate: new Map<string, string>() };

it('reads the examples', () => {
  expect(MANIFESTS).toContain('ambassador-curl.yaml');
});

it.each(MANIFESTS)('examples/%s gets everything it requests, without a warning', (file) => {
  const { text, reports } = injectManifest(readFileSync(join(FOLDER, file), 'utf8'), OPTIONS);

  expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
  expect(reports.map(({ mutation }) => mutation.outcome)).toEqual(['injected']);
  expect(reports.flatMap(({ mutation }) => mutation.findings)).toEqual([]);
});

it.each(MANIFESTS.filter((file) => file.startsWith('ambassador')))(
  'examples/%s gets an ambassador, and contains the RBAC objects that it needs',
  (file) => {
    const { text, reports } = injectManifest(readFileSync(join(FOLDER, file), 'utf8'), OPTIONS);

    expect(reports.map(({ mutation }) => mutation.injected.ambassador)).toEqual([1]);
    const kinds = parseAllDocuments(text).map((document) => document.toJS().kind);
    expect(kinds).toEqual(expect.arrayContaining(['ServiceAccount', 'Role', 'RoleBinding']));
  },
);
