import { describe, expect, it } from 'vitest';
import { parseEnvSource, sourceText } from '../../../src/core/decision/env-source.ts';

describe('parseEnvSource()', () => {
  const label = { fieldRef: "metadata.labels['app']" };

  it.each([
    ['metadata.name', { fieldRef: 'metadata.name' }],
    ["metadata.labels['app'] | workload.name", { firstOf: [label, { known: 'workload.name' }] }],
    [
      "metadata.labels['app']|namespace.labels['example.com/team'] |limits.memory : 1Mi",
      {
        firstOf: [
          label,
          { namespaceLabel: 'example.com/team' },
          { resource: 'limits.memory', divisor: '1Mi' },
        ],
      },
    ],
  ])('reads %s', (text, source) => {
    expect(parseEnvSource(text)).toEqual(source);
  });

  it.each([
    ["metadata.labels['app'] |", 'expected a source before and after each |'],
    ['| metadata.name', 'expected a source before and after each |'],
    [
      'metadata.name | workload.name',
      'a source that always has a value must come last; move metadata.name to the end',
    ],
    [
      'limits.cpu | workload.name',
      'a source that always has a value must come last; move limits.cpu:1 to the end',
    ],
    ['cluster.name | cluster.name', 'expected each source only once'],
    ['cluster.name | workload.nmae', 'did you mean workload.name?'],
    ["cluster.name | 'unknown'", 'expected a source such as'],
    [Array(11).fill('cluster.name').join('|'), 'expected at most 10 sources'],
    ["namespace.labels['-a']", 'expected a valid key of a label'],
    ['namespace.labels[team]', "did you mean namespace.labels['team']?"],
    ['namespace.labels.team', "did you mean namespace.labels['team']?"],
    ["namespace.label['team']", "did you mean namespace.labels['team']?"],
    ["namespace.annotations['team']", "did you mean namespace.labels['team']?"],
    ['otel.resourceAttributes', 'expected a source such as'],
  ])('rejects %s', (text, words) => {
    const source = parseEnvSource(text);
    expect('fault' in source ? source.fault + (source.hint ?? '') : source).toContain(words);
  });

  it.each([
    'metadata.name',
    'requests.cpu:1m',
    'cluster.name',
    "namespace.labels['a/b']",
    "metadata.annotations['a'] | namespace.labels['b'] | limits.memory:1",
  ])('reads what sourceText() writes: %s', (text) => {
    const source = parseEnvSource(text);
    expect('fault' in source ? source : sourceText(source)).toBe(text);
  });
});
