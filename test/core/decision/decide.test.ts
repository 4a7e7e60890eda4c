import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/api/pod.ts';
import { decide } from '../../../src/core/decision/decide.ts';
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

function envOf(annotation: string, rules: Rules): readonly EnvItem[] {
  const decision = decide(pod({ 'inject-metadata': annotation }), SHOP, rules);
  if (decision.kind !== 'inject') throw new Error(decision.kind);
  return decision.metadata?.env ?? [];
}

describe('decide()', () => {
  it('lets the operator say which profile true means', () => {
    const rules = rulesWith(
      { default: profile(field('A', 'metadata.name')), mine: profile(field('B', 'metadata.uid')) },
      { metadata: { defaultProfile: 'mine', path: '/etc/downward' } },
    );
    expect(envOf('true', rules).map(({ name }) => name)).toEqual(['B']);
  });

  it('takes an item of several profiles from the first', () => {
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

  it('puts a literal after what it names, and leaves the order otherwise', () => {
    const rules = rulesWith({
      one: profile(literal('LAST', '$(MIDDLE)-$(A)'), field('Z', 'metadata.uid')),
      two: profile(literal('MIDDLE', '$(A)'), field('A', 'metadata.name')),
    });
    const names = envOf('one,two', rules).map(({ name }) => name);
    expect(names).toEqual(['A', 'MIDDLE', 'LAST', 'Z']);
  });

  it('comes to an end where literals name each other', () => {
    const rules = rulesWith({ one: profile(literal('A', '$(B)'), literal('B', '$(A)')) });
    expect(envOf('one', rules)).toHaveLength(2);
  });

  it('admits a pod at fault without that part where the operator prefers warnings', () => {
    const rules = rulesWith({}, { onInvalid: 'warn' });
    const decision = decide(pod({ 'inject-metadata': 'yes' }), SHOP, rules);
    expect(decision).toMatchObject({
      kind: 'skip',
      because: { reason: 'not_requested' },
      notices: [{ reason: 'invalid_value' }],
    });
  });

  it('reads keys under the prefix that the operator chose, and the bare ones', () => {
    const rules = rulesWith({ default: profile() }, { annotationPrefix: 'meta.example.com/' });
    const decide1 = (key: string) => decide(pod({ [key]: 'true' }), SHOP, rules).kind;
    expect(decide1('meta.example.com/inject-metadata')).toBe('inject');
    expect(decide1('inject-metadata')).toBe('inject');
    expect(decide1('podherald.dev/inject-metadata')).toBe('skip');
  });

  it('is not confused by annotations that are called like members of every object', () => {
    const annotations = JSON.parse('{"__proto__":"x","constructor":"y","inject-metadata":"true"}');
    expect(decide(pod(annotations), SHOP, defaultRules('test')).kind).toBe('inject');
    const ours = { 'podherald.dev/constructor': 'true' };
    expect(decide(pod(ours), SHOP, defaultRules('test'))).toMatchObject({
      notices: [{ reason: 'unknown_key' }],
    });
  });
});

describe('references()', () => {
  it.each([
    ['$(A)-$(B_2)', ['A', 'B_2']],
    ['$$(A) $$$(B)', ['B']],
    ['$A $() $(', []],
  ])('reads those of %j as kubelet does', (value, names) => {
    expect(references(value)).toEqual(names);
  });
});

describe('nearest()', () => {
  it('finds a near word and leaves a far one alone', () => {
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
    decide(pod(own), shop(defaults), rules);

  // Pod × namespace: the pod's word counts, and only without one the namespace's.
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
    if (decision.kind === 'inject') expect(decision.metadata?.profiles).toEqual([expected]);
    else expect(decision).toMatchObject({ kind: 'skip', because: { reason: expected } });
  });

  it('whose annotations are not known leaves the pod its own, and is told of', () => {
    const namespace = { name: 'shop', unavailable: 'timeout' };
    expect(decide(pod({ 'inject-metadata': 'true' }), namespace, RULES)).toMatchObject({
      kind: 'inject',
      notices: [{ reason: 'namespace_unavailable', slots: { namespace: 'shop', why: 'timeout' } }],
    });
  });

  it('that contradicts itself has no default, whatever the pod asks for besides', () => {
    const both = { 'inject-metadata': 'true', 'podherald.dev/inject-metadata': 'false' };
    expect(decided({}, both)).toMatchObject({
      kind: 'skip',
      because: { reason: 'not_requested' },
      notices: [{ reason: 'forms_contradict', slots: { key: 'namespace shop: inject-metadata' } }],
    });
  });

  it('that the config exempts is left alone, faults and all', () => {
    const rules = rulesWith({}, { exemptNamespaces: new Set(['shop']) });
    expect(decided({ 'inject-metadata': 'yes' }, {}, rules)).toMatchObject({
      kind: 'skip',
      because: { reason: 'exempt_namespace' },
    });
  });

  it('cannot bring back what the pod switched on wrongly', () => {
    const rules = { ...RULES, onInvalid: 'warn' } as const;
    expect(
      decided({ 'inject-metadata': 'yes' }, { 'inject-metadata': 'true' }, rules),
    ).toMatchObject({ kind: 'skip', because: { reason: 'not_requested' } });
  });
});

it('under onInvalid: warn a pod keeps what is right of its items', () => {
  const rules = { ...defaultRules('test'), onInvalid: 'warn' } as const;
  const items = { 'podherald.dev/metadata-env': 'A=metadata.uid,B=nonsense' };
  expect(decide(pod(items), SHOP, rules)).toMatchObject({
    kind: 'inject',
    metadata: { env: [{ name: 'A' }] },
    notices: [{ reason: 'invalid_value' }],
  });
});

describe('an ambassador', () => {
  const asking = (annotations: Record<string, string> = {}) =>
    pod({ 'inject-ambassador': 'true', ...annotations });
  const ambassador = { ...DEFAULT_AMBASSADOR, maxAccess: 'full' } as const;
  const rules: Rules = { ...defaultRules('test'), ambassador };
  const key = 'podherald.dev/ambassador-access';

  it('is not for an API server without native sidecars', () => {
    const serverVersion = { major: 1, minor: 28, release: 'v1.28.15' };
    const old = { ...rules, ambassador: { ...ambassador, serverVersion } };
    expect(decide(asking(), SHOP, old)).toMatchObject({
      kind: 'skip',
      because: { reason: 'server_too_old', slots: { version: 'v1.28.15' } },
    });
  });

  // Pod, namespace, config: the narrowest counts, and read-only where nobody says anything.
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
  ] as const)('for pod %s, namespace %s, maxAccess %s is of %s (%i told)', (...row) => {
    const [own, defaults, maxAccess, access, told] = row;
    const namespace = { name: 'shop', annotations: defaults ? { [key]: defaults } : {} };
    const decision = decide(asking(own ? { [key]: own } : {}), namespace, {
      ...rules,
      ambassador: { ...ambassador, maxAccess },
    });
    expect(decision).toMatchObject({ kind: 'inject', ambassador: { access } });
    const notices = 'notices' in decision ? decision.notices : [];
    expect(notices.map(({ reason }) => reason)).toEqual(Array(told).fill('access_narrowed'));
  });

  it('of a namespace counts in a manifest unless the pod says it wants no token', () => {
    const manifest = { ...rules, stage: 'manifest' } as const;
    const namespace = { name: 'shop', annotations: { 'inject-ambassador': 'true' } };
    const silent: Pod = { spec: { containers: [{ name: 'app' }] } };
    const without = { spec: { ...silent.spec, automountServiceAccountToken: false } };
    expect(decide(silent, namespace, manifest)).toMatchObject({ kind: 'inject' });
    expect(decide(without, namespace, manifest)).toMatchObject({
      kind: 'skip',
      because: { reason: 'automount_disabled' },
    });
  });
});
