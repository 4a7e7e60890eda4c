import { describe, expect, it } from 'vitest';
import { evaluate, type PlaygroundInput } from '../../src/playground/evaluate.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: hello
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app
    image: web
`;

function given(input: Partial<PlaygroundInput>) {
  return evaluate({ manifest: POD, namespace: '', config: '', ...input });
}

describe('the playground', () => {
  it('shows the injected manifest, and that the policy would do the same', () => {
    const { injected, workloads, marks } = given({});
    expect(injected).toContain('fieldPath: metadata.name');
    expect(workloads).toMatchObject([{ name: 'Pod hello', warnings: [] }]);
    expect(workloads[0]?.explained.explanation.outcome).toBe('injected');
    expect(workloads[0]?.policy).toBeUndefined();
    expect(marks).toEqual([]);
  });

  it('marks an invalid annotation once, at its line', () => {
    const manifest = POD.replace('"true"', '"yes"');
    expect(given({ manifest }).marks).toEqual([
      {
        editor: 'manifest',
        severity: 'error',
        line: 6,
        message: expect.stringContaining('inject-metadata: invalid value "yes"'),
      },
    ]);
  });

  it('marks what is wrong with the config, and uses the built-in one', () => {
    const { marks, injected } = given({ config: 'onInvalid: wran\n' });
    expect(marks).toEqual([
      {
        editor: 'config',
        severity: 'error',
        line: 1,
        message: 'onInvalid: "wran": expected deny or warn; did you mean warn?',
      },
    ]);
    expect(injected).toContain('fieldPath: metadata.name');
  });

  it('uses the only namespace for objects that name none', () => {
    const namespace = `apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {inject-metadata: go}}
`;
    const manifest = POD.replace(/ {2}annotations:\n.*\n/, '');
    expect(given({ manifest, namespace }).injected).toContain('GOMEMLIMIT');
    const config = 'namespaces: {annotations: false}';
    expect(given({ manifest, namespace, config }).injected).toBe(manifest);
  });

  it('says what a policy would not do', () => {
    const manifest = POD.replace(
      'inject-metadata: "true"',
      'podherald.dev/metadata-env: A=spec.nodeName',
    );
    expect(given({ manifest }).workloads[0]?.policy).toContain('a policy cannot parse items');
    const config = 'profiles: {a: {env: {B: $(C), C: metadata.name}}}';
    expect(given({ config }).workloads[0]?.policy).toContain(
      'an admission policy cannot sort variables',
    );
  });

  it.each([
    '',
    'a: [',
    'kind: Pod',
    '- x',
    POD.repeat(3),
    '\u0000',
    '{"kind":"Pod","apiVersion":"v1"}',
  ])('survives %j in every field', (text) => {
    const { injected } = evaluate({ manifest: text, namespace: text, config: text });
    expect(typeof injected).toBe('string');
  });
});
