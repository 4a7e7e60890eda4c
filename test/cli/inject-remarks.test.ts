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
  it('has a line for each pod and workload, with what was injected', () => {
    const asking = deployment('', '      annotations: {inject-metadata: "true"}\n');

    expect(summaryOf(`${asking}---\n${DEPLOYMENT}`)).toBe(
      `podherald: Deployment shop/web: injected 7 variables, 1 volume
podherald: Deployment shop/web: skipped: no annotation requests an injection
`,
    );
  });

  it.each(['inject-metadata', 'podherald.dev/inject-metadata', 'podherald.dev/metadata-env'])(
    'warns that %s is on a Deployment instead of its pod template',
    (key) => {
      const summary = summaryOf(deployment(`  annotations: {${key}: "true"}\n`));

      expect(summary).toContain('skipped');
      expect(summary).toMatch(new RegExp(`${key} on the Deployment: no effect .*pod template`));
    },
  );

  it('does not warn if the pod template has the annotation too', () => {
    const annotations = 'annotations: {inject-metadata: "true"}\n';

    expect(summaryOf(deployment(`  ${annotations}`, `      ${annotations}`))).not.toContain(
      'no effect',
    );
  });

  it('does not warn about annotations of other tools', () => {
    expect(summaryOf(deployment('  annotations: {example.com/inject: "true"}\n'))).not.toContain(
      'no effect',
    );
  });

  it('lists kept variables and unknown annotations', () => {
    const annotations = '{inject-metadata: "true", podherald.dev/metdata-env: ""}';
    const text = deployment('', `      annotations: ${annotations}\n`).concat(
      '        env: [{name: POD_NAME, value: mine}]\n',
    );

    expect(summaryOf(text)).toMatch(/6 variables(.|\n)*POD_NAME/);
    expect(summaryOf(text)).toMatch(/podherald\.dev\/metdata-env.*metadata-env\?/);
  });

  it('says that the input has no pods or workloads', () => {
    expect(summaryOf('kind: ConfigMap\n')).toMatch(/^podherald: .*no pods or workloads.*\n$/);
  });
});

describe('an error', () => {
  it.each([
    ['in block style', '      annotations:\n        app: web\n        inject-metadata: true\n', 11],
    ['in flow style', '      annotations: {inject-metadata: true}\n', 9],
  ])('about an unquoted true %s has its line, and says to quote it', (_, annotations, line) => {
    const { faults, text } = injectText(deployment('', annotations));

    expect(faults).toEqual([{ line, message: expect.stringMatching(/inject-metadata.*quote/) }]);
    expect(text).toBe(deployment('', annotations));
  });

  it('about a value has its line and the name of the workload', () => {
    const annotations = '      annotations:\n        app: web\n        inject-metadata: "yes"\n';

    expect(injectText(deployment('', annotations)).faults).toEqual([
      {
        line: 11,
        message: expect.stringMatching(
          /^Deployment shop\/web: inject-metadata: invalid value "yes"/,
        ),
      },
    ]);
  });

  it('about a missing pod template is only a note, with the line of spec', () => {
    const text = DEPLOYMENT.slice(0, DEPLOYMENT.indexOf('  template:')).concat('  replicas: 1\n');
    const { faults, notes, text: written } = injectText(text, { 'inject-metadata': 'true' });

    expect({ faults, written }).toEqual({ faults: [], written: text });
    expect(notes).toEqual([
      { line: 7, message: expect.stringMatching(/^Deployment shop\/web has no containers/) },
    ]);
  });

  it('about a container has its line', () => {
    const text = DEPLOYMENT.concat('      - name: second\n        env: {A: b}\n');

    expect(injectText(text, { 'inject-metadata': 'true' }).faults).toEqual([
      { line: 14, message: expect.stringContaining('spec.containers[1].env is not a list') },
    ]);
  });

  it('in the second document has the line in the whole text', () => {
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
  ])('adds the annotation to %s and not to the workload', (_, text) => {
    const result = injectText(text, { 'inject-metadata': 'true' });
    const { metadata, spec } = parse(result.text);

    expect(endings(result)).toEqual(['Deployment web: injected']);
    expect(spec.template.metadata.annotations).toMatchObject({ 'inject-metadata': 'true' });
    expect(metadata.annotations ?? {}).not.toHaveProperty('inject-metadata');
  });

  it('keeps an annotation that the pod template already has', () => {
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
