import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Pod } from '../../../src/core/api/pod.ts';
import { type Decision, decide, type Namespace } from '../../../src/core/decision/decide.ts';
import { podParts } from '../../../src/core/decision/pod-parts.ts';
import { type EnvItem, type Profile, references } from '../../../src/core/decision/profiles.ts';
import { DEFAULT_AMBASSADOR, defaultRules, type Rules } from '../../../src/core/decision/rules.ts';
import { nearest } from '../../../src/core/decision/values.ts';

const SHOP = { name: 'shop' };
const pod = (annotations: Record<string, string>): Pod => ({
  metadata: { annotations },
  spec: { containers: [{ name: 'app' }] },
});

const field = (name: string, fieldRef: string): EnvItem => ({ name, source: { fieldRef } });
const literal = (name: string, text: string): EnvItem => ({ name, source: { literal: text } });
const profile = (...env: EnvItem[]): Profile => ({ env, files: [] });

function rulesWith(profiles: Record<string, Profile>, others: Partial<Rules> = {}): Rules {
  return { ...defaultRules('test'), profiles: new Map(Object.entries(profiles)), ...others };
}

function decidePod(subject: Pod, namespace: Namespace, rules: Rules): Decision {
  return decide(podParts(subject), namespace, rules);
}

function envOf(annotation: string, rules: Rules): readonly EnvItem[] {
  const { metadata } = decidePod(pod({ 'inject-metadata': annotation }), SHOP, rules);
  if (metadata === undefined) throw new Error('no metadata was decided');
  return metadata.env;
}

describe('decide()', () => {
  it('uses the default profile of the config for inject-metadata: "true"', () => {
    const rules = rulesWith(
      { default: profile(field('A', 'metadata.name')), mine: profile(field('B', 'metadata.uid')) },
      { metadata: { defaultProfile: 'mine', path: '/etc/downward' } },
    );
    expect(envOf('true', rules).map(({ name }) => name)).toEqual(['B']);
  });

  it('takes an item that several profiles have from the first', () => {
    const rules = rulesWith({
      one: profile(field('A', 'metadata.name'), field('B', 'metadata.name')),
      two: profile(field('B', 'metadata.uid'), field('C', 'metadata.uid')),
    });
    expect(envOf('one,two', rules)).toEqual([
      field('A', 'metadata.name'),
      field('B', 'metadata.name'),
      field('C', 'metadata.uid'),
    ]);
  });

  it('puts a literal after the variables that it references, and keeps the order otherwise', () => {
    const rules = rulesWith({
      one: profile(literal('LAST', '$(MIDDLE)-$(A)'), field('Z', 'metadata.uid')),
      two: profile(literal('MIDDLE', '$(A)'), field('A', 'metadata.name')),
    });
    const names = envOf('one,two', rules).map(({ name }) => name);
    expect(names).toEqual(['A', 'MIDDLE', 'LAST', 'Z']);
  });

  it('terminates if literals reference each other', () => {
    const rules = rulesWith({ one: profile(literal('A', '$(B)'), literal('B', '$(A)')) });
    expect(envOf('one', rules)).toHaveLength(2);
  });

  it('treats an invalid annotation as absent', () => {
    const rules = rulesWith({}, { onInvalid: 'warn' });
    const decision = decidePod(pod({ 'inject-metadata': 'yes' }), SHOP, rules);
    expect(decision).toMatchObject({
      skipped: { reason: 'not_requested' },
      faults: [{ reason: 'invalid_value' }],
    });
  });

  it('reads keys with the configured prefix, and bare keys', () => {
    const rules = rulesWith({ default: profile() }, { annotationPrefix: 'meta.example.com/' });
    const metadataFor = (key: string) => decidePod(pod({ [key]: 'true' }), SHOP, rules).metadata;
    expect(metadataFor('meta.example.com/inject-metadata')).toBeDefined();
    expect(metadataFor('inject-metadata')).toBeDefined();
    expect(metadataFor('podherald.dev/inject-metadata')).toBeUndefined();
  });

  it('is not confused by annotations named like members of every JavaScript object', () => {
    const annotations = JSON.parse('{"__proto__":"x","constructor":"y","inject-metadata":"true"}');
    expect(decidePod(pod(annotations), SHOP, defaultRules('test')).metadata).toBeDefined();
    const ours = { 'podherald.dev/constructor': 'true' };
    expect(decidePod(pod(ours), SHOP, defaultRules('test'))).toMatchObject({
      notices: [{ reason: 'unknown_key' }],
    });
  });
});

describe('references()', () => {
  it.each([
    ['$(A)-$(B_2)', ['A', 'B_2']],
    ['$$(A) $$$(B)', ['B']],
    ['$A $() $(', []],
  ])('finds the references in %j that kubelet expands', (value, names) => {
    expect(references(value)).toEqual(names);
  });
});

describe('nearest()', () => {
  it('finds a near word, and nothing if all words are far', () => {
    const keys = ['inject-metadata', 'inject-ambassador', 'status'];
    expect(nearest('inject-metdata', keys)).toBe('inject-metadata');
    expect(nearest('INJECT-AMBASADOR', keys)).toBe('inject-ambassador');
    expect(nearest('something-else', keys)).toBeUndefined();
    expect(nearest('wbe', ['web', 'x'])).toBe('web');
    expect(nearest('POD', ['D'])).toBeUndefined();
  });
});

describe('a namespace', () => {
  const RULES = defaultRules('test');
  const shop = (annotations: Record<string, string>) => ({ name: 'shop', annotations });
  const decided = (own: Record<string, string>, defaults: Record<string, string>, rules = RULES) =>
    decidePod(pod(own), shop(defaults), rules);

  // Pod × namespace: the pod's annotation takes precedence.
  it.each([
    [undefined, undefined, 'not_requested'],
    [undefined, 'true', 'default'],
    [undefined, 'false', 'opted_out'],
    [undefined, 'otel', 'otel'],
    ['true', undefined, 'default'],
    ['true', 'false', 'default'],
    ['true', 'otel', 'default'],
    ['otel', 'true', 'otel'],
    ['false', undefined, 'opted_out'],
    ['false', 'true', 'opted_out'],
  ])('pod %j, namespace %j: %s', (own, defaults, expected) => {
    const key = 'inject-metadata';
    const decision = decided(own ? { [key]: own } : {}, defaults ? { [key]: defaults } : {});
    if (decision.metadata) expect(decision.metadata.profiles).toEqual([expected]);
    else expect(decision).toMatchObject({ skipped: { reason: expected } });
  });

  it('that cannot be read leaves the pod its own annotations, with a notice', () => {
    const namespace = { name: 'shop', unavailable: 'timeout' };
    expect(decidePod(pod({ 'inject-metadata': 'true' }), namespace, RULES)).toMatchObject({
      metadata: { profiles: ['default'] },
      notices: [{ reason: 'namespace_unavailable', slots: { namespace: 'shop', why: 'timeout' } }],
    });
  });

  it('that contradicts itself has no default', () => {
    const both = { 'inject-metadata': 'true', 'podherald.dev/inject-metadata': 'false' };
    expect(decided({}, both)).toMatchObject({
      skipped: { reason: 'not_requested' },
      notices: [{ reason: 'forms_contradict', slots: { key: 'namespace shop: inject-metadata' } }],
    });
  });

  it('that the config exempts is skipped, even if annotations are invalid', () => {
    const rules = rulesWith({}, { exemptNamespaces: new Set(['shop']) });
    expect(mutate(pod({ 'inject-metadata': 'yes' }), SHOP, rules)).toMatchObject({
      outcome: 'skipped',
      findings: [{ reason: 'exempt_namespace' }],
    });
  });

  it('does not replace an invalid annotation of the pod', () => {
    const rules = { ...RULES, onInvalid: 'warn' } as const;
    expect(
      decided({ 'inject-metadata': 'yes' }, { 'inject-metadata': 'true' }, rules),
    ).toMatchObject({ skipped: { reason: 'not_requested' } });
  });
});

it('keeps the valid items beside an invalid one', () => {
  const rules = { ...defaultRules('test'), onInvalid: 'warn' } as const;
  const items = { 'podherald.dev/metadata-env': 'A=metadata.uid,B=nonsense' };
  expect(decidePod(pod(items), SHOP, rules)).toMatchObject({
    metadata: { env: [{ name: 'A' }] },
    faults: [{ reason: 'invalid_value' }],
  });
});

describe('an ambassador', () => {
  const asking = (annotations: Record<string, string> = {}) =>
    pod({ 'inject-ambassador': 'true', ...annotations });
  const ambassador = { ...DEFAULT_AMBASSADOR, maxAccess: 'full' } as const;
  const rules: Rules = { ...defaultRules('test'), ambassador };
  const key = 'podherald.dev/ambassador-access';

  it('is not injected if the API server has no native sidecars', () => {
    const serverVersion = { major: 1, minor: 28, release: 'v1.28.15' };
    const old = { ...rules, ambassador: { ...ambassador, serverVersion } };
    expect(decidePod(asking(), SHOP, old)).toMatchObject({
      skipped: { reason: 'server_too_old', slots: { version: 'v1.28.15' } },
    });
  });

  // Pod, namespace, config: the narrowest is used, and read-only if none of them says anything.
  it.each([
    [undefined, undefined, 'full', 'read-only', 0],
    [undefined, undefined, 'namespace', 'namespace', 0],
    ['full', undefined, 'full', 'full', 0],
    ['full', undefined, 'read-only', 'read-only', 1],
    ['full', 'full', 'full', 'full', 0],
    ['full', 'namespace', 'full', 'namespace', 1],
    ['namespace', 'read-only', 'full', 'namespace', 0],
    [undefined, 'full', 'full', 'full', 0],
    [undefined, 'full', 'read-only', 'read-only', 1],
    [undefined, 'namespace', 'full', 'namespace', 0],
  ] as const)(
    'with access %s on the pod, %s on the namespace and maxAccess %s gets %s (%i notices)',
    (...row) => {
      const [own, defaults, maxAccess, access, noticeCount] = row;
      const namespace = { name: 'shop', annotations: defaults ? { [key]: defaults } : {} };
      const decision = decidePod(asking(own ? { [key]: own } : {}), namespace, {
        ...rules,
        ambassador: { ...ambassador, maxAccess },
      });
      expect(decision).toMatchObject({ ambassador: { access } });
      const reasons = decision.notices.map(({ reason }) => reason);
      expect(reasons).toEqual(Array(noticeCount).fill('access_narrowed'));
    },
  );

  it('requested by a namespace is injected into a manifest unless it turns off automount', () => {
    const manifest = { ...rules, stage: 'manifest' } as const;
    const namespace = { name: 'shop', annotations: { 'inject-ambassador': 'true' } };
    const silent: Pod = { spec: { containers: [{ name: 'app' }] } };
    const withoutToken = { spec: { ...silent.spec, automountServiceAccountToken: false } };
    expect(decidePod(silent, namespace, manifest).ambassador).toBeDefined();
    expect(decidePod(withoutToken, namespace, manifest)).toMatchObject({
      skipped: { reason: 'automount_disabled' },
    });
  });
});
