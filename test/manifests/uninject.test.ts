import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { uninjectManifests } from '../../src/manifests/uninject.ts';
import { CASE_NAMESPACE, injectOptions, manifestOf, readCases } from '../support/cases.ts';
import { injectManifest, injectText, REQUESTING_WORKLOADS } from '../support/manifests.ts';

const REVIEWS = new URL('../reviews/', import.meta.url);

function uninjectText(text: string, namespace = 'default', rules = defaultRules('test')) {
  const [result] = uninjectManifests([text], { rules, namespace });
  if (result === undefined) throw new Error('expected one result for one text');
  return result;
}

/** The original text cannot be restored: the pod was partly injected before. */
const NOT_REVERSIBLE = [
  'a-container-added-later-gets-metadata',
  'a-container-added-later-can-use-the-ambassador',
  'an-ambassador-for-another-namespace-gets-a-warning',
  'an-existing-ambassador-that-differs-gets-a-warning',
  'an-ambassador-before-the-sidecar-of-a-mesh-gets-a-warning',
  'an-ambassador-without-restartPolicy-gets-it-back',
];

const HEAD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    inject-metadata: "true"
    inject-ambassador: "true"
`;

const CASES = readCases().filter(({ name }) => !NOT_REVERSIBLE.includes(name));

describe('uninjecting an injected manifest restores the bytes', () => {
  it.each(CASES)('of the case $name', (golden) => {
    const text = manifestOf(golden, golden.podText);
    const injected = injectManifest(text, injectOptions(golden)).text;

    expect(uninjectText(injected, CASE_NAMESPACE, golden.rules)).toMatchObject({
      text,
      faults: [],
    });
  });

  const EMPTY = [
    '[]',
    '',
    'null',
    '~',
    'Null',
    '[ ]',
    '[] # none',
    '# none',
    '  []  ',
    'null # [] ',
  ];
  const FIELDS = ['env', 'volumeMounts', 'volumes', 'initContainers'];

  it.each(FIELDS.flatMap((field) => EMPTY.map((value) => [field, value] as const)))(
    'of a pod with %s: %s, above other fields, below them and with CRLF',
    (field, value) => {
      const line = `${field}:${value === '' ? '' : ` ${value}`}`;
      const isOfContainer = field === 'env' || field === 'volumeMounts';
      const own = isOfContainer ? `    ${line}\n` : '';
      const ofSpec = isOfContainer ? '' : `  ${line}\n`;
      const above = `${HEAD}spec:\n${ofSpec}  containers:\n  - name: app\n${own}    image: app\n`;
      const below = `${HEAD}spec:\n  containers:\n  - image: app\n    name: app\n${own}${ofSpec}`;
      for (const text of [above, below, below.trimEnd(), above.replaceAll('\n', '\r\n')]) {
        const injected = injectText(text);

        expect(injected.text).toContain('- name: POD_NAME');
        expect(uninjectText(injected.text)).toMatchObject({ text, faults: [] });
      }
    },
  );

  it('of a pod whose annotations were empty, if its namespace requests the injection', () => {
    const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, annotations: {inject-metadata: "true"}}\n---\n`;
    for (const empty of ['{}', '', 'null', '{ } # none']) {
      const text = `${namespace}apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: ${empty}\n  name: web\nspec:\n  containers:\n  - name: app\n`;
      const injected = injectText(text);

      expect(injected.text).toContain('POD_NAME');
      expect(uninjectText(injected.text)).toMatchObject({ text, faults: [] });
    }
  });

  it.each(readdirSync(REVIEWS).filter((file) => file.endsWith('.json')))(
    'of the captured pod %s in block YAML, as a Deployment with CRLF, and in JSON',
    (file) => {
      const { object } = JSON.parse(readFileSync(new URL(file, REVIEWS), 'utf8')).request;
      const { spec } = object;
      const metadata = requestingAll(object.metadata);
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
      const deployment = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { template: { metadata, spec } },
      };
      const texts = [
        stringify(deployment, { indent: 4, indentSeq: false }).replaceAll('\n', '\r\n'),
        stringify(pod).trimEnd(),
        JSON.stringify(deployment, null, 2),
      ];
      for (const text of texts) {
        const injected = injectText(text);
        if (injected.faults.length > 0) continue;
        expect(uninjectText(injected.text)).toMatchObject({ text, faults: [] });
      }
    },
  );

  it.each(Object.entries(REQUESTING_WORKLOADS))('of a %s', (_, text) => {
    expect(injectText(text).text).not.toBe(text);
    expect(uninjectText(injectText(text).text).text).toBe(text);
  });
});

/** Requests everything, unless the pod itself has an `inject-ambassador` annotation. */
function requestingAll(metadata: { annotations?: Record<string, string> }): object {
  const all = {
    'podherald.dev/inject-ambassador': 'true',
    'podherald.dev/ambassador-kubeconfig': 'true',
  };
  const hasOwnRequest = Object.keys(metadata.annotations ?? {}).some((key) =>
    key.startsWith('inject-amb'),
  );
  return hasOwnRequest
    ? metadata
    : { ...metadata, annotations: { ...all, ...metadata.annotations } };
}

const OWN = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    inject-metadata: "true" # requested
spec:
  containers:
  - name: app
    # what the team set
    env:
    # another address
    - {name: POD_IP, value: 10.0.0.1}
    - name: NODE_NAME
      valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
    - name: MINE
      value: mine
    volumeMounts:
    - {name: data, mountPath: /data}
  - name: other # nothing of its own
  volumes:
  # data
  - name: data
    emptyDir: {}
`;

describe('uninjectManifests', () => {
  it('keeps the user’s own parts, including comments and env vars of the same name', () => {
    expect(uninjectText(injectText(OWN).text).text).toBe(OWN);
  });

  it('keeps the text if nothing was injected', () => {
    expect(uninjectText(OWN).text).toBe(OWN);
  });

  it('removes the injection after a container was added, and keeps an env var that was edited', () => {
    const edited = injectText(OWN)
      .text.replace('  containers:\n', '  containers:\n  - name: new\n    image: new\n')
      .replace('fieldPath: metadata.namespace', "fieldPath: metadata.labels['team']");
    const { text } = uninjectText(edited);
    const pod = parse(text);

    expect(pod.spec.containers[0]).toEqual({ name: 'new', image: 'new' });
    expect(pod.spec.containers[2]).toEqual({ name: 'other' });
    expect(pod.metadata.annotations).toEqual({ 'inject-metadata': 'true' });
    expect(text).toContain("metadata.labels['team']");
  });

  it('keeps the user’s own volume that injected mounts use', () => {
    const golden = readCases().find(({ name }) => name === 'an-equal-volume-is-reused');
    const text = golden?.podText ?? '';

    expect(uninjectText(injectText(text).text).text).toBe(text);
  });

  it('keeps an injected volume that the user’s own mount needs', () => {
    const { text } = injectText(REQUESTING_WORKLOADS['Pod'] ?? '');
    const pod = parse(text);
    pod.spec.containers.push({
      name: 'reader',
      volumeMounts: [{ name: 'downward', mountPath: '/mine' }],
    });
    const cleaned = parse(uninjectText(stringify(pod)).text);

    expect(cleaned.spec.volumes).toHaveLength(1);
    expect(cleaned.spec.containers[0]).toEqual({ name: 'app' });
  });

  it('removes the injection from a file that another tool has sorted by key', () => {
    const { text } = injectText(OWN);
    const sorted = stringify(parse(text), { sortMapEntries: true });
    const cleaned = parse(uninjectText(sorted).text);

    expect(sorted).toMatch(/^ +- env:$/m);
    expect(cleaned).toEqual(parse(OWN));
  });

  it('keeps all other documents', () => {
    const other = 'kind:   ConfigMap\napiVersion: v1\nmetadata: {name: c} # kept\n';
    const text = `${other}---\n${OWN}---\n${other}`;

    expect(uninjectText(injectText(text).text).text).toBe(text);
  });

  it('keeps an injected pod whose annotation is now false', () => {
    const text = injectText(OWN).text.replace('"true" # requested', '"false"');

    expect(uninjectText(text)).toMatchObject({ text, faults: [] });
  });

  it('reports a fault if an alias elsewhere needs an injected part', () => {
    const { text } = injectText(OWN);
    const shared = `${text.replace('    env:\n', '    env: &env\n')}extra: *env\n`;
    const { faults, text: after } = uninjectText(shared);

    expect(after).toBe(shared);
    expect(faults).toMatchObject([{ line: 13, message: expect.stringMatching(/&env.*replace/) }]);
  });

  it('gives the line in the file, not in the document', () => {
    const { text } = injectText(OWN);
    const shared = `${text.replace('    env:\n', '    env: &env\n')}extra: *env\n`;

    expect(uninjectText(`kind: List\n---\n${shared}`).faults).toMatchObject([{ line: 13 + 2 }]);
  });

  it('changes nothing when it runs again', () => {
    const { text } = uninjectText(injectText(OWN).text);

    expect(uninjectText(text).text).toBe(text);
  });
});
