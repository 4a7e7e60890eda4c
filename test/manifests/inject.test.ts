import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../src/core/api/json.ts';
import { endings, injectText, lostLines, REQUESTING_WORKLOADS } from '../support/manifests.ts';
import { losses } from '../support/only-adds.ts';

const POD = `# The pod of the shop.
apiVersion: v1
kind: Pod   # not a Deployment
metadata:
  name: web

  annotations:
    # requests metadata
    inject-metadata: "true"
spec:
    containers:
    - image: "busybox" # the first comes second
      name: app
      env:
      - {name: MINE, value: 'it''s mine'}
      - name: TEXT
        value: |
          # no comment
            - name: nothing
`;
const CONFIG_MAP = `apiVersion: v1
kind:   ConfigMap
metadata: {name: c}   # kept
data:
    text: >
        folded

        text
`;

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

describe('injectManifests', () => {
  it.each(Object.entries(REQUESTING_WORKLOADS))('injects a %s', (kind, text) => {
    const result = injectText(text);

    expect(endings(result)).toEqual([`${kind} web: injected`]);
    expect(result.faults).toEqual([]);
    expect(losses(parse(text), parse(result.text))).toEqual([]);
    expect(count(result.text, /POD_NAMESPACE/g)).toBe(1);
    expect(parse(result.text)).not.toEqual(parse(text));
  });

  it.each(Object.entries({ ...REQUESTING_WORKLOADS, commented: POD }))(
    'changes nothing when it runs again on a %s',
    (_, text) => {
      const once = injectText(text);
      const twice = injectText(once.text);

      expect(twice.text).toBe(once.text);
      expect(twice.reports.map(({ mutation }) => mutation.outcome)).toEqual(['unchanged']);
    },
  );

  it('reports the invalid annotations of a denied pod, and not its warnings', () => {
    const invalid = POD.replace(
      'inject-metadata: "true"',
      '$&\n    podherald.dev/ambassador-port: x',
    ).replace('{name: MINE,', '{name: POD_IP,');
    const { faults } = injectText(invalid);

    expect(faults).toMatchObject([
      { line: 10, message: expect.stringMatching(/^Pod web: \S*ambassador-port/) },
    ]);
  });

  it('keeps every line, comment and blank line in its order', () => {
    const { text } = injectText(POD);

    expect(lostLines(POD, text)).toEqual([]);
    expect(text.split('\n').length).toBeGreaterThan(POD.split('\n').length + 40);
  });

  it('injects pods and workloads in a List', () => {
    const items = ['Deployment', 'CronJob'].map((kind) => asItem(REQUESTING_WORKLOADS[kind] ?? ''));
    const result = injectText(`apiVersion: v1\nkind: List\nitems:\n${items.join('')}`);

    expect(endings(result)).toEqual(['Deployment web: injected', 'CronJob web: injected']);
    expect(count(result.text, /POD_NAMESPACE/g)).toBe(2);
  });

  it('injects the items of a DeploymentList', () => {
    const item = asItem(REQUESTING_WORKLOADS['Deployment'] ?? '');
    const result = injectText(`apiVersion: apps/v1\nkind: DeploymentList\nitems:\n${item}`);

    expect(endings(result)).toEqual(['Deployment web: injected']);
  });

  it('keeps other documents byte for byte, wherever they are', () => {
    const others = ['# first\n', CONFIG_MAP, '', '\n\n# only a comment\n\n', '%YAML 1.2\n'];
    const [first, second, third, fourth] = others;
    const text = `${first}---\n${second}---\n${POD}---\n${third}---\n${fourth}---\n${second}---\n${POD}...\n`;
    const result = injectText(text);
    const pod = injectText(POD).text;

    expect(result.text).toBe(
      `${first}---\n${second}---\n${pod}---\n${third}---\n${fourth}---\n${second}---\n${pod}...\n`,
    );
  });

  it('keeps the text if nothing requests an injection', () => {
    const text = POD.replace('"true"', '"false"');

    expect(injectText(text).text).toBe(text);
    expect(injectText(CONFIG_MAP)).toMatchObject({ text: CONFIG_MAP, reports: [], faults: [] });
  });

  it.each(['', '\n', '---\n', '# only\n# comments\n', '---\n# a\n---\n', '\uFEFF', '...\n'])(
    'keeps %j without any report',
    (text) => {
      expect(injectText(text)).toEqual({ text, reports: [], notes: [], faults: [] });
    },
  );

  it('writes JSON if the input is JSON', () => {
    const json = JSON.stringify(parse(POD), null, 2);
    const { text, faults } = injectText(`${json}\n`);

    expect(faults).toEqual([]);
    expect(losses(parse(POD), JSON.parse(text))).toEqual([]);
    expect(lostLines(json.replaceAll(/[}\],]+$/gm, ''), text.replaceAll(/[}\],]+$/gm, ''))).toEqual(
      [],
    );
    expect(JSON.parse(text).spec.containers[0].env[0].name).toBe('POD_NAME');
  });

  it('keeps JSON on one line', () => {
    const { text } = injectText(JSON.stringify(parse(POD)));

    expect(text).not.toContain('\n');
    expect(JSON.parse(text).spec.volumes).toHaveLength(1);
  });

  it('uses the line breaks of the text', () => {
    const windows = POD.replaceAll('\n', '\r\n');
    const { text } = injectText(windows);

    expect(text.replaceAll('\r\n', '\n')).toBe(injectText(POD).text);
    expect(count(text, /[^\r]\n/g)).toBe(0);
  });

  it('keeps a byte order mark, and adds no line break to the end', () => {
    expect(injectText(`\uFEFF${POD}`).text).toBe(`\uFEFF${injectText(POD).text}`);
    expect(injectText(POD.trimEnd()).text).toBe(injectText(POD).text.trimEnd());
  });

  it.each([
    ['Rollout', 'argoproj.io/v1alpha1'],
    ['CloneSet', 'apps.kruise.io/v1alpha1'],
    ['Service', 'serving.knative.dev/v1'],
    ['Deployment', 'extensions/v1beta1'],
  ])('injects a %s of %s, which has a pod template at spec.template', (kind, apiVersion) => {
    const text = (REQUESTING_WORKLOADS['Deployment'] ?? '')
      .replace('apps/v1', apiVersion)
      .replace('kind: Deployment', `kind: ${kind}`);

    expect(endings(injectText(text))).toEqual([`${kind} web: injected`]);
  });

  it('passes documents that request nothing on byte for byte, whatever they hold', () => {
    const others = [
      'a: [\n',
      '{{- if .Values.enabled }}\nkind: Service\n{{- end }}\n',
      'description: "a\nb"\n',
      'kind: CustomResourceDefinition\nspec: {containers: x: y}\n',
      'kind: ConfigMap\ndata:\n  pod: |\n    inject-metadata: "true"\n  x: {\n',
      '\tkey: value\n',
    ];
    const text = [POD, ...others, POD].join('---\n');
    const pod = injectText(POD).text;

    expect(injectText(text)).toMatchObject({
      text: [pod, ...others, pod].join('---\n'),
      faults: [],
      notes: [],
    });
  });

  it.each([
    [
      'a template',
      'kind: Pod\nspec: {containers: [{image: {{ .Values.image }}}]}\n',
      /render it first/,
    ],
    [
      'a template with values',
      'spec:\n  containers:\n  - image: {{ .x }}:{{ .y }}\n',
      /render it first/,
    ],
    ['a conflict', '<<<<<<< HEAD\nkind: Pod\n=======\n>>>>>>> x\n', /conflict markers of git/],
    ['less indentation', 'spec:\n    containers:\n  - name: x\n', /^indented less than the text/],
    ['more indentation', 'kind: Pod\n  containers: []\n', /^indented more than the text/],
    ['a tab', 'containers:\n\t- name: x\n', /^indented with a tab/],
    ['an open quote', 'containers: "x\ny: z\n', /no closing quote/],
    ['a colon', 'containers: a: b\n', /": ": put it in quotes/],
    ['a map as a key', 'containers: {[a]: b}\n', /a list or map cannot be a key/],
  ])(
    'says in one fault what is wrong with a pod that requests something: %s',
    (_name, text, message) => {
      const { faults } = injectText(`${text}# inject-metadata\n`);
      const unread = injectText(text);

      expect(faults).toEqual([
        { line: expect.any(Number), message: expect.stringMatching(message) },
      ]);
      expect(unread).toMatchObject({ text, faults: [] });
      expect(unread.notes).toMatchObject([
        { message: expect.stringMatching(/^passed on as it is, because it cannot be read: /) },
      ]);
    },
  );

  it('reports a pod that cannot be read if --annotate or a namespace requests something for it', () => {
    const broken = 'apiVersion: v1\nkind: Pod\nspec:\n    containers:\n  - name: x\n';
    const namespace =
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: default, annotations: {inject-metadata: "true"}}\n';
    const faults = [{ line: expect.any(Number), message: expect.stringMatching(/^indented less/) }];

    expect(injectText(broken, { 'inject-metadata': 'true' }).faults).toEqual(faults);
    expect(injectText(`${namespace}---\n${broken}`).faults).toEqual(faults);
  });

  it('injects JSON objects that follow each other, and documents after a byte order mark', () => {
    const json = JSON.stringify(parse(POD));
    const one = injectText(json).text;

    expect(injectText(`${json}\n${json}\n`).text).toBe(`${one}\n${one}\n`);
    expect(injectText(`a: 1\n---\n\uFEFF${POD}`).text).toBe(
      `a: 1\n---\n\uFEFF${injectText(POD).text}`,
    );
  });

  it.each([
    ['a generateName', 'metadata: {name: web}', 'metadata: {generateName: web-}', 'web-*'],
    ['no metadata', 'metadata: {name: web}\n', '', '(no name)'],
  ])('injects a CronJob with %s', (_, before, after, name) => {
    const text = (REQUESTING_WORKLOADS['CronJob'] ?? '').replace(before, after);

    expect(endings(injectText(text))).toEqual([`CronJob ${name}: injected`]);
  });

  it.each(['env:', 'env: null', 'env: ~', 'env: []', 'volumeMounts:'])(
    'injects into a container with an empty %s',
    (line) => {
      const text = `${POD.slice(0, POD.indexOf('      env:'))}      ${line}\n`;
      const result = injectText(text);

      expect(result.faults).toEqual([]);
      expect(firstContainer(result.text)).toMatchObject({
        env: expect.arrayContaining([expect.objectContaining({ name: 'POD_NAME' })]),
        volumeMounts: [{ name: 'downward', readOnly: true, mountPath: '/etc/downward' }],
      });
    },
  );

  it.each(['volumes:', 'volumes: null', 'volumes: []'])(
    'injects into a pod with an empty %s',
    (line) => {
      const result = injectText(`${POD}    ${line}\n`);

      expect(result.faults).toEqual([]);
      expect(parse(result.text).spec.volumes).toHaveLength(1);
    },
  );
});

describe('injectManifests, with aliases', () => {
  const twins = POD.replace('env:\n', 'env: &app\n').concat(
    '    initContainers:\n    - name: init\n      env: *app\n',
  );

  it('expands them if one refers to a value that is injected, and adds a note', () => {
    const { text, notes, faults } = injectText(twins);

    expect(faults).toEqual([]);
    expect(notes).toEqual([{ line: 15, message: expect.stringContaining('/spec/containers/0') }]);
    expect(text).not.toMatch(/[&*]app/);
    expect(losses(parse(twins), parse(text))).toEqual([]);
    expect(parse(text).spec.initContainers[0].env[0].name).toBe('POD_NAME');
  });

  it('reports an alias inside the value of its own anchor, with its line', () => {
    expect(injectText(`${POD}x: &all\n- *all\n`).faults).toEqual([
      { line: 21, message: expect.stringContaining('inside the value of its own anchor &all') },
    ]);
  });

  it('reports a document that is nested too deep', () => {
    expect(injectText(`inject-metadata: ${'['.repeat(300)}${']'.repeat(300)}\n`).faults).toEqual([
      { line: 1, message: expect.stringContaining('nested too deep') },
    ]);
  });

  it('expands them if the injected value comes from a merge key', () => {
    const base = 'x-base: &base\n    containers:\n    - name: app\n';
    const text = `${POD.slice(0, POD.indexOf('spec:'))}${base}spec:\n    <<: *base\n`;
    const result = injectText(text);

    expect(result.faults).toEqual([]);
    expect(result.notes).toHaveLength(1);
    expect(firstContainer(result.text)).toHaveProperty('env');
    expect(parse(result.text)['x-base']).toEqual({ containers: [{ name: 'app' }] });
  });

  it('keeps them without a note if they are elsewhere in the document', () => {
    const text = POD.replace('name: web\n', 'name: web\n  labels: &l {app: web}\n').concat(
      '    nodeSelector: *l\n',
    );
    const result = injectText(text);

    expect(result.notes).toEqual([]);
    expect(lostLines(text, result.text)).toEqual([]);
  });

  it('keeps them in other documents', () => {
    const other = 'a: &a [1]\nb: *a\n';

    expect(injectText(`${other}---\n${POD}`).text.startsWith(`${other}---\n`)).toBe(true);
  });

  it('changes nothing when it runs again on the expanded text', () => {
    const once = injectText(twins).text;

    expect(injectText(once)).toMatchObject({ text: once, notes: [], faults: [] });
  });
});

function asItem(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line, index) => `${index === 0 ? '- ' : '  '}${line}\n`)
    .join('');
}

function firstContainer(text: string): Json {
  const { spec } = parse(text);
  return spec.containers[0];
}
