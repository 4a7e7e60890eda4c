import { describe, expect, it } from 'vitest';
import {
  filePathFault,
  parseEnvItems,
  parseFileItems,
  pathsClash,
} from '../../../src/core/decision/metadata-items.ts';
import {
  mountPathFault,
  parseContainerSelection,
  selects,
} from '../../../src/core/decision/metadata-values.ts';
import { sentenceOf } from '../../../src/core/decision/reasons.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';

const { profiles, metadata } = defaultRules('test');
const context = {
  annotation: { kind: 'annotation', key: 'key' },
  profiles,
  defaultProfile: metadata.defaultProfile,
  containers: ['app', 'web'],
} as const;

describe('items', () => {
  it('are separated by commas or newlines, with blanks and empty lines as one likes', () => {
    const text = '\n A = metadata.name ,B=limits.cpu:1m\n\n, C=metadata.uid\n';
    expect(parseEnvItems(text, context)).toEqual({
      value: [
        { name: 'A', source: { fieldRef: 'metadata.name' } },
        { name: 'B', source: { resource: 'limits.cpu', divisor: '1m' } },
        { name: 'C', source: { fieldRef: 'metadata.uid' } },
      ],
      faults: [],
    });
  });

  it.each(['', ' ', ',', '\n,\n'])('must be some: %j is none', (text) => {
    expect(parseEnvItems(text, context).faults).toHaveLength(1);
    expect(parseFileItems(text, context).faults).toHaveLength(1);
  });

  it('that are right are read beside those that are not', () => {
    const { value, faults } = parseFileItems('a=metadata.uid, b=status.podIP, c', context);
    expect(value).toEqual([{ path: 'a', source: { fieldRef: 'metadata.uid' } }]);
    expect(faults.map(sentenceOf)).toEqual([
      'key: invalid value "b=status.podIP": status.podIP works only as env; write it in metadata-env',
      'key: invalid value "c": expected path=source[:divisor]',
    ]);
  });

  it('may not set a name twice, nor a file inside of another', () => {
    const twice = parseEnvItems('A=metadata.uid,A=metadata.name', context);
    expect(twice.faults.map(sentenceOf)).toEqual(['key: "A" is listed twice']);
    const inside = parseFileItems('a/b=metadata.uid,a=metadata.name', context);
    expect(inside.faults.map(sentenceOf)).toEqual([
      'key: invalid value "a=metadata.name": expected a path that is not inside or around another file; it clashes with a/b',
    ]);
  });

  it.each(['1A', 'A-B', 'A.B', '', 'Ä', 'A B'])('may not be called %j as variables', (name) => {
    expect(parseEnvItems(`${name}=metadata.uid`, context).faults).toHaveLength(1);
  });
});

describe('the path of a file', () => {
  it.each([
    ['labels', true],
    ['a/b/c.txt', true],
    ['a/..b', true],
    ['', false],
    ['/a', false],
    ['../a', false],
    ['a/../b', false],
    ['..data', false],
    ['a//b', false],
    ['a/', false],
    ['./a', false],
    ['x'.repeat(255), true],
    ['x'.repeat(256), false],
    ['ü'.repeat(128), false],
    [`${'x/'.repeat(512)}x`, false],
  ])('%j: %j', (path, may) => {
    expect(filePathFault(path) === undefined).toBe(may);
  });

  it('clashes with itself and with what it would have to be a folder of', () => {
    expect(pathsClash('a', 'a')).toBe(true);
    expect(pathsClash('a', 'a/b')).toBe(true);
    expect(pathsClash('a/b', 'a')).toBe(true);
    expect(pathsClash('a', 'ab')).toBe(false);
  });
});

describe('a mount path', () => {
  it.each([
    ['/etc/downward', true],
    ['/run', true],
    ['/', false],
    ['', false],
    ['etc', false],
    ['/etc/', false],
    ['/etc//x', false],
    ['/etc/./x', false],
    ['/etc/../x', false],
    ['/etc:x', false],
    ['/etc/\u0000', false],
    ['/etc/a\nb', false],
    [`/${'x'.repeat(256)}`, false],
    [`/${'ü'.repeat(128)}`, false],
    ['/x'.repeat(600), false],
    ['/proc', false],
    ['/proc/x', false],
    ['/sys/x', false],
    ['/dev', false],
    ['/dev/x', true],
    ['/etc/x', true],
    ['/process', true],
  ])('%j: %j', (path, may) => {
    expect(mountPathFault(path) === undefined).toBe(may);
  });
});

describe('a selection of containers', () => {
  it.each([
    ['app', ['app']],
    [' app , web ', ['app', 'web']],
    ['!app', ['web']],
    ['! app, !nobody', ['web']],
  ])('%j takes %j', (text, taken) => {
    const { value, faults } = parseContainerSelection(text, context);
    expect(faults).toEqual([]);
    expect(['app', 'web'].filter((name) => value && selects(value, name))).toEqual(taken);
  });

  it.each([
    ['', 'key: invalid value "": expected container names separated by commas'],
    [
      'app,!web',
      'key: invalid value "app,!web": expected either names to select or !names to leave out, not both',
    ],
    ['app,app', 'key: "app" is listed twice'],
    ['ap', 'key: the pod has no container "ap"; did you mean app?'],
    ['database', 'key: the pod has no container "database"; its containers are app, web'],
    ['App', 'key: invalid value "App": expected container names separated by commas'],
  ])('%j is a fault', (text, sentence) => {
    expect(parseContainerSelection(text, context).faults.map(sentenceOf)).toEqual([sentence]);
  });
});
