import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/config/compile.ts';
import { configLines, type ParsedConfig, parseConfig } from '../../src/config/parse.ts';
import { INVALID_TEXTS, UNUSUAL_TEXTS } from './hostile-texts.ts';

/** The CPU time that one config may take, in milliseconds: reviews wait as long. */
const LIMIT_MS = 1000;

/** Parses a text, and checks the time and that the result can be printed. */
function parseInTime(text: string): ParsedConfig {
  const before = process.cpuUsage();
  const parsed = parseConfig(text);
  const { user, system } = process.cpuUsage(before);

  expect((user + system) / 1000).toBeLessThan(LIMIT_MS);
  return parsed;
}

describe('an invalid text gives faults that fit on a screen, in less than a second:', () => {
  it.each(Object.entries(INVALID_TEXTS))('%s', (_, text) => {
    const parsed = parseInTime(text);
    const faults = 'faults' in parsed ? parsed.faults : [];

    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(101);
    expect(
      Math.max(...faults.map(({ message, path }) => message.length + path.length)),
    ).toBeLessThan(1100);
    expect(faults.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
    expect(configLines(text)(['profiles'])).toBeOneOf([undefined, expect.any(Number)]);
  });
});

describe('an unusual config is valid, and checked in less than a second:', () => {
  it.each(Object.entries(UNUSUAL_TEXTS))('%s', (_, text) => {
    const parsed = parseInTime(text);

    expect(parsed).not.toHaveProperty('faults');
    expect(
      'config' in parsed && compile(parsed.config, 'test').rules.profiles.size,
    ).toBeGreaterThan(4);
  });
});

describe('the fault of', () => {
  it.each([
    [
      'an alias inside its own anchor',
      'kind: Config\nprofiles: &a {x: *a}',
      2,
      /\*a is inside the value of its own anchor &a/,
    ],
    [
      'a merge key with a scalar',
      'profiles:\n  team: {<<: 1}',
      2,
      /expected a map or a list of maps as the value of <</,
    ],
    [
      'an alias before its anchor',
      'kind: *k\napiVersion: &k x',
      1,
      /\*k has no anchor &k before it/,
    ],
    ['a list as key', 'profiles:\n  [a]: {}', 2, /expected a string as key/],
    ['an empty file', '\n', 1, /the file is empty; for a config with all defaults, write \{\}/],
    [
      'a deep list',
      `exempt:\n  namespaces: ${'['.repeat(60)}`,
      2,
      /nested too deep: expected at most 50 levels/,
    ],
    ['a long file', '#'.repeat(300_000), 1, /expected at most 256 KiB/],
    [
      'many fields',
      `kind: Config\n${'- a\n'.repeat(50_000)}`,
      10_000,
      /expected at most 50000 YAML tokens/,
    ],
  ])('%s says where and what', (_, text, line, words) => {
    const parsed = parseConfig(text);

    expect('faults' in parsed && parsed.faults[0]).toMatchObject({
      message: expect.stringMatching(words),
    });
    expect('faults' in parsed && parsed.faults[0]?.line).toBeGreaterThanOrEqual(line);
  });

  it('a hundred fields is followed by a note that there are more', () => {
    const parsed = parseConfig(
      Array.from({ length: 101 }, (_, index) => `k${index}: 1\n`).join(''),
    );
    const faults = 'faults' in parsed ? parsed.faults : [];

    expect(faults).toHaveLength(101);
    expect(faults.at(-1)?.message).toBe('more than 100 errors; fix these first');
  });
});

describe('a merge key', () => {
  it.each([
    ['{<<: *a, X: metadata.uid}', ['X', 'Y']],
    ['{X: metadata.uid, <<: *a}', ['X', 'Y']],
    ['{<<: [*b, *a]}', ['X', 'Y', 'Z']],
  ])('keeps the own value of a key: %s', (env, names) => {
    const text = `profiles:
  one: {env: &a {X: metadata.name, Y: metadata.name}}
  two: {env: &b {X: metadata.uid, Z: metadata.uid}}
  team: {env: ${env}}
`;
    const parsed = parseConfig(text);
    const items = 'config' in parsed ? (parsed.config.profiles['team']?.env ?? []) : [];

    expect(items.map(({ name }) => name).toSorted()).toEqual(names);
    expect(items.find(({ name }) => name === 'X')?.source).toEqual({ fieldRef: 'metadata.uid' });
  });
});

/** Pieces that have a meaning in YAML or in a config, in any order. */
const piece = fc.constantFrom(
  ...[
    '&a ',
    '*a',
    '<<: ',
    '{',
    '}',
    '[',
    ']',
    ': ',
    ', ',
    '- ',
    '? ',
    '| \n',
    '"',
    "'",
    '\n',
    '\n  ',
  ],
  ...['!!binary ', '!x ', '%YAML 1.2\n', '---\n', '...\n', '\0', '\t', '\uFEFF', '#', '1e999'],
  ...[
    '__proto__',
    'profiles: ',
    'env: ',
    'files: ',
    'A',
    '$(A)',
    'metadata.name',
    'kind: ConfigMap',
  ],
);

it('any pieces of YAML give a config or faults, never an exception', () => {
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (any) => {
      const parsed = parseConfig(any);
      expect('config' in parsed || parsed.faults.length > 0).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
