import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../../src/core/decision/findings.ts';
import {
  clash,
  filePathFault,
  parseEnvItems,
  parseFileItems,
} from '../../../src/core/decision/metadata-items.ts';
import { RULES } from '../pods.ts';

const CONTEXT = {
  annotation: { kind: 'annotation', key: 'key' },
  profiles: RULES.profiles,
  defaultProfile: RULES.metadata.defaultProfile,
} as const;

describe('parseEnvItems()', () => {
  it('reads items separated by commas or newlines, and ignores blanks and empty lines', () => {
    const text = '\n A = metadata.name ,B=limits.cpu:1m\n\n, C=metadata.uid\n';
    expect(parseEnvItems(text, CONTEXT)).toEqual({
      value: [
        { name: 'A', source: { fieldRef: 'metadata.name' } },
        { name: 'B', source: { resource: 'limits.cpu', divisor: '1m' } },
        { name: 'C', source: { fieldRef: 'metadata.uid' } },
      ],
      faults: [],
    });
  });

  it('rejects a name that is listed twice', () => {
    const { faults } = parseEnvItems('A=metadata.uid,A=metadata.name', CONTEXT);
    expect(faults.map(sentenceOf)).toEqual(['key: "A" is listed twice']);
  });

  it.each(['1A', 'A-B', 'A.B', '', 'Ä', 'A B'])('rejects the variable name %j', (name) => {
    expect(parseEnvItems(`${name}=metadata.uid`, CONTEXT).faults).toHaveLength(1);
  });
});

describe('parseFileItems()', () => {
  it('reads the valid items beside invalid ones', () => {
    const { value, faults } = parseFileItems('a=metadata.uid, b=status.podIP, c', CONTEXT);
    expect(value).toEqual([{ path: 'a', source: { fieldRef: 'metadata.uid' } }]);
    expect(faults.map(sentenceOf)).toEqual([
      'key: invalid value "b=status.podIP": status.podIP works only as a variable; move it to metadata-env',
      'key: invalid value "c": expected path=source[:divisor]',
    ]);
  });

  it('rejects a file whose path is the folder of another file', () => {
    const { faults } = parseFileItems('a/b=metadata.uid,a=metadata.name', CONTEXT);
    expect(faults.map(sentenceOf)).toEqual([
      'key: invalid value "a=metadata.name": expected a path that is not inside or above the path of another file; it conflicts with a/b',
    ]);
  });
});

describe('parseEnvItems() and parseFileItems()', () => {
  it.each(['', ' ', ',', '\n,\n'])('reject %j, which has no items', (text) => {
    expect(parseEnvItems(text, CONTEXT).faults).toHaveLength(1);
    expect(parseFileItems(text, CONTEXT).faults).toHaveLength(1);
  });
});

describe('filePathFault()', () => {
  it.each(['labels', 'a/b/c.txt', 'a/..b', 'x'.repeat(255)])('accepts the path %j', (path) => {
    expect(filePathFault(path)).toBeUndefined();
  });

  it.each([
    '',
    '/a',
    '../a',
    'a/../b',
    '..data',
    'a//b',
    'a/',
    './a',
    'x'.repeat(256),
    'ü'.repeat(128),
    `${'x/'.repeat(512)}x`,
  ])('rejects the path %j', (path) => {
    expect(filePathFault(path)).toMatch(/^expected /);
  });
});

describe('clash()', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'a/b', true],
    ['a/b', 'a', true],
    ['a', 'ab', false],
  ])('returns for the files %s and %s: %s', (one, other, expected) => {
    const fileAt = (path: string) => ({ path, source: { fieldRef: 'metadata.uid' } });
    expect(clash(fileAt(one), fileAt(other))).toBe(expected);
  });
});
