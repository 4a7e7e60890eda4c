import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { summarize } from '../../src/cli/inject.ts';
import { endings, injectText } from '../support/manifests.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: app
`;

function deployment(annotation: string, template = ''): string {
  return DEPLOYMENT.replace('  name: web\n', `  name: web\n${annotation}`).replace(
    '    metadata:\n',
    `    metadata:\n${template}`,
  );
}

function summaryOf(text: string): string {
  return summarize(injectText(text).reports, 'podherald.dev/');
}

describe('the summary', () => {
  it('has a line for each pod and workload, with what it got', () => {
    const asking = deployment('', '      annotations: {inject-metadata: "true"}\n');

    expect(summaryOf(`${asking}---\n${DEPLOYMENT}`)).toBe(
      `podherald: Deployment shop/web: injected, 7 variables, 1 volume
podherald: Deployment shop/web: skipped, nothing asks for an injection
`,
    );
  });

  it.each(['inject-metadata', 'podherald.dev/inject-metadata', 'podherald.dev/metadata-env'])(
    'tells where %s stands on a Deployment in place of its pod template',
    (key) => {
      const summary = summaryOf(deployment(`  annotations: {${key}: "true"}\n`));

      expect(summary).toContain('skipped');
      expect(summary).toMatch(new RegExp(`${key} stands on the Deployment.*pod template`));
    },
  );

  it('has no such hint where the pod template asks as well', () => {
    const annotations = 'annotations: {inject-metadata: "true"}\n';

    expect(summaryOf(deployment(`  ${annotations}`, `      ${annotations}`))).not.toContain(
      'stands',
    );
  });

  it('has no such hint for annotations of others', () => {
    expect(summaryOf(deployment('  annotations: {example.com/inject: "true"}\n'))).not.toContain(
      'stands',
    );
  });

  it('tells what was kept, and what is not known', () => {
    const annotations = '{inject-metadata: "true", podherald.dev/metdata-env: ""}';
    const text = deployment('', `      annotations: ${annotations}\n`).concat(
      '        env: [{name: POD_NAME, value: mine}]\n',
    );

    expect(summaryOf(text)).toMatch(/6 variables(.|\n)*POD_NAME/);
    expect(summaryOf(text)).toMatch(/podherald\.dev\/metdata-env.*metadata-env\?/);
  });

  it('tells that there was nothing to do', () => {
    expect(summaryOf('kind: ConfigMap\n')).toMatch(/^podherald: .*no pod and no workload.*\n$/);
  });
});

describe('a fault', () => {
  it.each([
    ['in block style', '      annotations:\n        app: web\n        inject-metadata: true\n', 11],
    ['in flow style', '      annotations: {inject-metadata: true}\n', 9],
  ])('of an unquoted true %s is told at its line, with what to do', (_, annotations, line) => {
    const { faults, text } = injectText(deployment('', annotations));

    expect(faults).toEqual([{ line, message: expect.stringMatching(/inject-metadata.*quote/) }]);
    expect(text).toBe(deployment('', annotations));
  });

  it('of a value is told at its line, with the name of the workload', () => {
    const annotations = '      annotations:\n        app: web\n        inject-metadata: "yes"\n';

    expect(injectText(deployment('', annotations)).faults).toEqual([
      { line: 11, message: expect.stringMatching(/^Deployment shop\/web: inject-metadata: "yes"/) },
    ]);
  });

  it('of a template that is missing is told at what is there of it', () => {
    const text = DEPLOYMENT.slice(0, DEPLOYMENT.indexOf('  template:')).concat('  replicas: 1\n');

    expect(injectText(text).faults).toEqual([
      { line: 7, message: expect.stringContaining('Deployment shop/web') },
    ]);
  });

  it('of a container is told at its line', () => {
    const text = DEPLOYMENT.concat('      - name: second\n        env: {A: b}\n');

    expect(injectText(text).faults).toEqual([
      { line: 14, message: expect.stringContaining('spec.containers[1].env is not a list') },
    ]);
  });

  it('in the second document is told by the line of the whole text', () => {
    const annotations = '      annotations: {inject-metadata: "yes"}\n';
    const { faults } = injectText(`${DEPLOYMENT}---\n${deployment('', annotations)}`);

    expect(faults).toMatchObject([{ line: 13 + 9 }]);
  });
});

describe('--annotate', () => {
  it.each([
    ['a template with labels', DEPLOYMENT],
    ['a template without metadata', DEPLOYMENT.replace(/ {4}metadata:\n.*\n/, '')],
    ['a template whose metadata is empty', DEPLOYMENT.replace(/( {4}metadata:\n).*\n/, '$1')],
    ['a template whose annotations are empty', deployment('', '      annotations:\n')],
    ['a template with annotations', deployment('', '      annotations: {app: web}\n')],
    [
      'a template with an alias',
      deployment('  annotations: &a {app: web}\n', '      annotations: *a\n'),
    ],
  ])('reaches %s, and not its owner', (_, text) => {
    const result = injectText(text, { 'inject-metadata': 'true' });
    const { metadata, spec } = parse(result.text);

    expect(endings(result)).toEqual(['Deployment web: injected']);
    expect(spec.template.metadata.annotations).toMatchObject({ 'inject-metadata': 'true' });
    expect(metadata.annotations ?? {}).not.toHaveProperty('inject-metadata');
  });

  it('does not overrule what stands there', () => {
    const text = deployment('', '      annotations: {inject-metadata: "false"}\n');
    const result = injectText(text, { 'inject-metadata': 'true' });

    expect(result.text).toBe(text);
    expect(result.reports[0]?.mutation.reason).toBe('opted_out');
  });

  it('changes nothing in a second run', () => {
    const annotate = { 'inject-metadata': 'true', formula: 'a=b' };
    const once = injectText(DEPLOYMENT, annotate).text;

    expect(injectText(once, annotate).text).toBe(once);
  });

  it('leaves other kinds alone', () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';

    expect(injectText(text, { 'inject-metadata': 'true' }).text).toBe(text);
  });

  it('is at fault where its value is', () => {
    const { faults, text } = injectText(DEPLOYMENT, { 'inject-metadata': 'yes' });

    expect(faults).toEqual([
      { line: expect.any(Number), message: expect.stringContaining('"yes"') },
    ]);
    expect(text).toBe(DEPLOYMENT);
  });

  it('may add a key that is called like a member of every object', () => {
    const key = 'constructor';
    const text = deployment('', '      annotations: {app: web}\n');
    const annotate = Object.fromEntries([[key, 'x']]);

    expect(injectText(text, annotate).text).toContain(`${key}: x`);
  });
});
