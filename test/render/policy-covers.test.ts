import { describe, expect, it } from 'vitest';
import { isMalformed, parsePod } from '../../src/core/api/parse-pod.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { policyCovers } from '../../src/render/policy/policy-covers.ts';
import { makePod } from '../support/review.ts';

const RULES = defaultRules('test');
const REQUEST = { 'inject-metadata': 'true' };
const LONG = 'x'.repeat(60);

function covers(
  annotations: Readonly<Record<string, string>>,
  { spec = {}, rules = RULES, namespace = { name: 'shop' } }: Partial<Given> = {},
): true | string {
  const pod = parsePod(makePod(annotations, spec));
  if (isMalformed(pod)) throw new Error(pod.malformed);
  return policyCovers(pod, namespace, rules);
}

interface Given {
  readonly spec: Parameters<typeof makePod>[1];
  readonly rules: typeof RULES;
  readonly namespace: Parameters<typeof policyCovers>[1];
}

const containers = (...names: string[]) => names.map((name) => ({ name }));

describe('policyCovers()', () => {
  it.each([
    ['a pod without annotations', {}],
    ['metadata', REQUEST],
    ['several profiles', { 'inject-metadata': 'go, otel' }],
    ['another path', { ...REQUEST, 'podherald.dev/metadata-path': '/meta' }],
    ['an exclude list of containers', { ...REQUEST, 'podherald.dev/metadata-containers': '!app' }],
    ['an ambassador', { 'inject-ambassador': 'true' }],
    ['a pod that is denied', { 'inject-metadata': 'yes' }],
  ])('covers %s', (_, annotations) => {
    expect(covers(annotations)).toBe(true);
  });

  it.each([
    ['items for env', { 'podherald.dev/metadata-env': 'A=metadata.name' }, /metadata-env/],
    ['items for files', { 'podherald.dev/metadata-files': 'a=metadata.name' }, /metadata-files/],
    [
      'a kubeconfig',
      { 'inject-ambassador': 'true', 'podherald.dev/ambassador-kubeconfig': 'true' },
      /kubeconfig/,
    ],
    ['U+0085, which only CEL trims', { 'inject-metadata': 'true\u0085' }, /U\+0085/],
    ['U+FEFF, which only podherald trims', { 'inject-metadata': '\ufefftrue' }, /U\+FEFF/],
  ])('does not cover %s', (_, annotations, why) => {
    expect(covers(annotations)).toMatch(why);
  });

  it('does not cover a pod with an invalid annotation that the webhook injects without that part', () => {
    const rules = { ...RULES, onInvalid: 'warn' } as const;
    const faulty = { ...REQUEST, 'podherald.dev/metadata-path': 'etc' };
    expect(covers(faulty, { rules })).toMatch(/invalid annotations/);
    expect(covers(faulty)).toBe(true);
  });

  it('covers a container name that is too long for a volume name only if no volume is named after it', () => {
    expect(covers(REQUEST, { spec: { containers: containers('app', LONG) } })).toMatch(/name/);
    expect(covers(REQUEST, { spec: { containers: containers(LONG) } })).toBe(true);
    const env = { 'inject-metadata': 'go' };
    expect(covers(env, { spec: { containers: containers('app', LONG) } })).toBe(true);
  });

  it('covers a taken volume name unless the numbered name is needed for another container', () => {
    const volumes = [{ name: 'downward-web', emptyDir: {} }];
    expect(covers(REQUEST, { spec: { volumes, containers: containers('app', 'web') } })).toBe(true);
    const spec = { volumes, containers: containers('app', 'web', 'web-2') };
    expect(covers(REQUEST, { spec })).toMatch(/downward-web-2/);
  });

  it('does not cover system namespaces, whose pods are never changed', () => {
    expect(covers(REQUEST, { namespace: { name: 'kube-system' } })).toMatch(/kube-system/);
  });

  it('covers exempt namespaces and mirror pods, into which nothing is injected', () => {
    const rules = { ...RULES, exemptNamespaces: new Set(['shop']) };
    const items = { 'podherald.dev/metadata-env': 'A=metadata.name' };
    expect(covers(items, { rules })).toBe(true);
    expect(covers({ ...items, 'kubernetes.io/config.mirror': 'x' })).toBe(true);
  });
});
