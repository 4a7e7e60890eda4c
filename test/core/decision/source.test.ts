import { describe, expect, it } from 'vitest';
import { FIELDS, parseSource, RESOURCES, type Side } from '../../../src/core/decision/sources.ts';

function faultOf(text: string): string {
  const source = parseSource(text, 'env');
  return 'fault' in source ? source.fault + (source.hint ?? '') : '';
}

describe('a source', () => {
  const fields = Object.entries(FIELDS).flatMap(([field, sides]) =>
    (['env', 'files'] as const).map((side) => [field, side, sides.includes(side)] as const),
  );

  it.each(fields)('%s as %s: %j', (field, side, works) => {
    const source = parseSource(field, side);
    if (works) expect(source).toEqual({ fieldRef: field });
    else expect(source).toMatchObject({ fault: expect.stringContaining('works only as') });
  });

  it.each([
    ["metadata.labels['app.kubernetes.io/name']"],
    ["metadata.labels['Zone_1.x']"],
    ["metadata.annotations['example.com/Team']"],
    ["metadata.annotations['Example.COM/Team']"],
  ])('%s is one value, on both sides', (text) => {
    expect(parseSource(text, 'env')).toEqual({ fieldRef: text });
    expect(parseSource(text, 'files')).toEqual({ fieldRef: text });
  });

  it.each([
    ["metadata.labels['Example.COM/Team']", 'expected a valid key of a label'],
    ["metadata.labels['']", 'expected a valid key of a label'],
    ["metadata.labels['a b']", 'expected a valid key of a label'],
    ["metadata.labels['a/b/c']", 'expected a valid key of a label'],
    [`metadata.labels['${'x'.repeat(64)}']`, 'expected a valid key of a label'],
    ["metadata.annotations['-a']", 'expected a valid key of an annotation'],
    ['metadata.labels[app]', "did you mean metadata.labels['app']?"],
    ['metadata.labels["app"]', "did you mean metadata.labels['app']?"],
    ["labels['app']", "did you mean metadata.labels['app']?"],
    ["metadata.label['app']", "did you mean metadata.labels['app']?"],
    ["metadata.lables['app']", "did you mean metadata.labels['app']?"],
    ["metdata.anotations['a/b']", "did you mean metadata.annotations['a/b']?"],
    ["status.podIP['app']", 'expected a source such as'],
    ['metadata.nmae', 'did you mean metadata.name?'],
    ['status.podip', 'did you mean status.podIP?'],
    ['status.phase', 'expected a source such as'],
    ['', 'expected a source such as'],
    ['constructor', 'expected a source such as'],
    ['metadata.name:1', 'only limits.* and requests.* take a divisor; remove :1'],
    ["metadata.labels['a']:1", 'only limits.* and requests.* take a divisor; remove :1'],
    [
      'limits.gpu',
      'expected limits.cpu, limits.memory, limits.ephemeral-storage or limits.hugepages-<size>',
    ],
    ['limits.hugepages-', 'expected limits.cpu'],
    ['requests.memroy', 'did you mean memory?'],
    ['limits.', 'expected limits.cpu'],
  ])('%j is invalid, and the fault says what was expected', (text, words) => {
    expect(faultOf(text)).toContain(words);
  });
});

describe('a divisor', () => {
  const CPU = ['1m', '1'];
  const BYTES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
  const allowed: Readonly<Record<string, readonly string[]>> = {
    cpu: CPU,
    memory: BYTES,
    'ephemeral-storage': BYTES,
    'hugepages-2Mi': BYTES,
  };
  const table = Object.entries(allowed).flatMap(([name, divisors]) =>
    [...new Set([...BYTES, ...CPU, '1K', '1000m', '1024', '0', '', 'Ki', '2'])].map(
      (divisor) => [name, divisor, divisors.includes(divisor)] as const,
    ),
  );

  it.each(table)('of %s may be %j: %j', (name, divisor, may) => {
    for (const side of ['env', 'files'] satisfies Side[]) {
      const source = parseSource(`limits.${name}:${divisor}`, side);
      if (may) expect(source).toEqual({ resource: `limits.${name}`, divisor });
      else expect(source).toMatchObject({ fault: expect.stringContaining('expected a divisor') });
    }
  });

  it.each(RESOURCES)('of %s is 1 where none is given, and written out', (name) => {
    expect(parseSource(`requests.${name}`, 'env')).toEqual({
      resource: `requests.${name}`,
      divisor: '1',
    });
  });

  it('may have blanks around it', () => {
    expect(parseSource(' limits.cpu : 1m ', 'env')).toEqual({
      resource: 'limits.cpu',
      divisor: '1m',
    });
  });

  it('that is nearly right is told the right one', () => {
    expect(faultOf('limits.memory:1MI')).toContain('did you mean 1Mi?');
    expect(faultOf('limits.memory:ki')).toContain('did you mean 1Ki?');
  });
});
