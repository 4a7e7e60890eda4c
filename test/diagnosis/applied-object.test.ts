import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { sentencesAbout } from '../../src/diagnosis/applied-object.ts';

const RULES = defaultRules('test');

interface Parts {
  readonly own?: string;
  readonly ofTemplate?: string;
  readonly spec?: string;
}

function deployment({ own = '', ofTemplate = '', spec = '' }: Parts): unknown {
  return parse(`apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {${own}}}
spec:
  template:
    metadata: {annotations: {${ofTemplate}}}
    spec: {containers: [{name: app}]${spec && `, ${spec}`}}
`);
}

function sentences(object: unknown, annotations = {}): string[] {
  return sentencesAbout(object, { name: 'shop', annotations }, RULES);
}

describe('sentencesAbout()', () => {
  it.each<[string, Parts, RegExp[]]>([
    [
      'an invalid value',
      { ofTemplate: 'inject-metadata: "yes"' },
      [/^its pods would be denied: inject-metadata: invalid value "yes".*did you mean true\?$/],
    ],
    [
      'hostNetwork',
      { ofTemplate: 'inject-ambassador: "true"', spec: 'hostNetwork: true' },
      [/^no ambassador: the pod uses hostNetwork/],
    ],
    [
      'an annotation on the Deployment',
      { own: 'inject-metadata: "true"' },
      [
        /^inject-metadata on the Deployment has no effect; set it in spec.template.metadata.annotations$/,
      ],
    ],
    [
      'an annotation on the Deployment that the template overrides',
      { own: 'inject-metadata: "true"', ofTemplate: 'inject-metadata: network' },
      [/^inject-metadata on the Deployment has no effect; the pod template sets another value$/],
    ],
    [
      'a misspelt key on the template',
      { ofTemplate: 'inject_metadata: "true"' },
      [/^inject_metadata is not an annotation of podherald; did you mean inject-metadata\?$/],
    ],
    [
      'a misspelt key on the Deployment',
      { own: 'inject_metadata: "true"' },
      [/^inject_metadata is not an annotation of podherald; did you mean inject-metadata\?$/],
    ],
    ['a good template', { ofTemplate: 'inject-metadata: "true", inject-ambassador: "true"' }, []],
    ['a template that requests nothing', {}, []],
    [
      'a variable that the template sets itself',
      {
        ofTemplate: 'inject-metadata: network',
        spec: 'initContainers: [{name: i, env: [{name: POD_IP, value: x}]}]',
      },
      [],
    ],
  ])('about %s', (_name, parts, expected) => {
    expect(sentences(deployment(parts))).toEqual(expected.map((one) => expect.stringMatching(one)));
  });

  it('uses the defaults of the namespace', () => {
    expect(
      sentences(deployment({ spec: 'hostNetwork: true' }), { 'inject-ambassador': 'true' }),
    ).toEqual([expect.stringMatching(/^no ambassador: the pod uses hostNetwork/)]);
  });

  it('names the template of a CronJob by its path', () => {
    const job = parse(`apiVersion: batch/v1
kind: CronJob
metadata: {name: web, annotations: {inject-metadata: "true"}}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: app}]}}}}}
`);

    expect(sentences(job)).toEqual([
      'inject-metadata on the CronJob has no effect; set it in spec.jobTemplate.spec.template.metadata.annotations',
    ]);
  });

  it.each([
    [
      'an invalid default',
      'inject-metadata: "yes"',
      /^namespace shop: inject-metadata: invalid value/,
    ],
    [
      'a misspelt default',
      'inject-metdata: "true"',
      /^namespace shop: inject-metdata is not an annotation/,
    ],
    [
      'a key for pods only',
      'podherald.dev/metadata-env: A=metadata.name',
      /has no effect on a namespace/,
    ],
  ])('about a Namespace with %s', (_name, annotations, sentence) => {
    const namespace = parse(
      `{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {${annotations}}}}`,
    );

    expect(sentences(namespace)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    [
      'a pod',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { annotations: { 'inject-metadata': 'x=y' } },
        spec: {},
      },
    ],
    [
      'a Service',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { annotations: { 'inject-metadata': 'x=y' } },
      },
    ],
    ['an object without kind', { metadata: {} }],
    ['a text', 'x'],
    ['null', null],
    [
      'a Deployment whose template is a text',
      { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: 'x' } },
    ],
  ])('says nothing about %s', (_name, object) => {
    expect(sentences(object).filter((one) => !one.includes('malformed'))).toEqual([]);
  });
});
