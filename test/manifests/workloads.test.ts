import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../src/core/api/json.ts';
import { findWorkloads, toDocumentOperation } from '../../src/manifests/workloads.ts';
import { REQUESTING_WORKLOADS } from '../support/manifests.ts';

function found(value: Json): string[] {
  return findWorkloads(value).map(({ kind, name, templatePath }) =>
    [kind, name, ...templatePath].join(' '),
  );
}

const SPEC = { containers: [{ name: 'app' }] };
const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: SPEC };

describe('findWorkloads', () => {
  it.each(Object.entries(REQUESTING_WORKLOADS))('finds the pod template of a %s', (kind, text) => {
    const [workload, ...others] = findWorkloads(parse(text));

    expect(others).toEqual([]);
    expect(workload).toMatchObject({ kind, name: 'web', template: { spec: SPEC } });
  });

  it('finds pods in a List, and in a List in a List', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [{ kind: 'x' }, POD] };

    expect(found(list)).toEqual(['Pod web items 1']);
    expect(found({ ...list, items: [list] })).toEqual(['Pod web items 0 items 1']);
  });

  it('finds the items of a PodList that have no kind and apiVersion', () => {
    // kubectl accepts them (apimachinery, unstructuredJSONScheme.decodeToList).
    const { apiVersion: _, kind: __, ...item } = POD;

    expect(found({ apiVersion: 'v1', kind: 'PodList', items: [item] })).toEqual([
      'Pod web items 0',
    ]);
  });

  it.each<[string, Json]>([
    ['a Job of another group', { ...POD, apiVersion: 'batch.volcano.sh/v1', kind: 'Job' }],
    ['a Deployment of another group', { ...POD, apiVersion: 'example.com/v1', kind: 'Deployment' }],
    ['another kind', { ...POD, kind: 'ConfigMap' }],
    ['a kind called constructor', { ...POD, kind: 'constructor' }],
    ['a kind called __proto__', { ...POD, kind: '__proto__' }],
    ['a kind called toString', { ...POD, kind: 'toString' }],
    ['a kind that is a number', { ...POD, kind: 1 }],
    ['a kind without an apiVersion', { kind: 'Pod', spec: SPEC }],
    ['an apiVersion without a kind', { apiVersion: 'v1', spec: SPEC }],
    ['a List whose items are a map', { apiVersion: 'v1', kind: 'List', items: { a: POD } }],
    ['null', null],
    ['a list', [POD]],
    ['a string', 'Pod'],
  ])('ignores %s', (_, value) => {
    expect(found(value)).toEqual([]);
  });

  it.each<[string, Json, string]>([
    ['no metadata', {}, '(no name)'],
    ['metadata of null', { metadata: null }, '(no name)'],
    ['only a generateName', { metadata: { generateName: 'web-' } }, 'web-*'],
    ['an empty name', { metadata: { name: '' } }, '(no name)'],
  ])('names an object with %s', (_, metadata, name) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', spec: SPEC, ...(metadata as object) };

    expect(findWorkloads(pod as Json)).toMatchObject([{ name }]);
  });

  it('finds workloads without a template, so that they can be reported', () => {
    expect(findWorkloads({ apiVersion: 'apps/v1', kind: 'Deployment' })).toMatchObject([
      { template: undefined },
    ]);
  });
});

describe('toDocumentOperation', () => {
  it('turns the path in a pod template into a path in the document', () => {
    const [workload] = findWorkloads({
      apiVersion: 'v1',
      kind: 'List',
      items: [parse(REQUESTING_WORKLOADS['CronJob'] ?? '')],
    });
    if (workload === undefined) throw new Error('expected a workload');
    const add = { op: 'add', path: '/spec/volumes', value: [] } as const;

    expect(toDocumentOperation(workload, add)).toEqual({
      ...add,
      path: '/items/0/spec/jobTemplate/spec/template/spec/volumes',
    });
  });
});
