import { describe, expect, it } from 'vitest';
import { isKnownName } from '../../../src/core/decision/known-names.ts';
import { FIELDS, parseSource, RESOURCES, type Side } from '../../../src/core/decision/sources.ts';

function faultOf(text: string): string {
  const source = parseSource(text, 'env');
  return 'fault' in source ? source.fault + (source.hint ?? '') : '';
}

describe('parseSource()', () => {
  const pairs = Object.keys(FIELDS).flatMap((field) =>
    (['env', 'files'] satisfies Side[]).map((side) => ({ field, side })),
  );
  const works = ({ field, side }: (typeof pairs)[number]) => FIELDS[field]?.includes(side) === true;

  it.each(pairs.filter(works))('reads $field as a source of $side', ({ field, side }) => {
    const source = isKnownName(field) ? { known: field } : { fieldRef: field };
    expect(parseSource(field, side)).toEqual(source);
  });

  it.each(pairs.filter((pair) => !works(pair)))(
    'rejects $field as a source of $side',
    ({ field, side }) => {
      expect(parseSource(field, side)).toMatchObject({
        fault: expect.stringContaining('works only as'),
      });
    },
  );

  it.each([
    ["metadata.labels['app.kubernetes.io/name']"],
    ["metadata.labels['Zone_1.x']"],
    ["metadata.annotations['example.com/Team']"],
    ["metadata.annotations['Example.COM/Team']"],
  ])('reads %s as one value for a variable or a file', (text) => {
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
    ['metadata.name:1', 'only limits.* and requests.* can have a divisor; remove :1'],
    ["metadata.labels['a']:1", 'only limits.* and requests.* can have a divisor; remove :1'],
    [
      'limits.gpu',
      'expected limits.cpu, limits.memory, limits.ephemeral-storage or limits.hugepages-<size>',
    ],
    ['limits.hugepages-', 'expected limits.cpu'],
    ['limit.memory:1Mi', 'did you mean limits.memory:1Mi?'],
    ['request.cpu:1m', 'did you mean requests.cpu:1m?'],
    ['requests.memroy', 'did you mean requests.memory?'],
    ['limits.', 'expected limits.cpu'],
  ])('rejects %j and says what was expected', (text, words) => {
    expect(faultOf(text)).toContain(words);
  });
});

describe('parseSource() with a divisor', () => {
  const CPU = ['1m', '1'];
  const BYTES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
  const allowed: Readonly<Record<string, readonly string[]>> = {
    cpu: CPU,
    memory: BYTES,
    'ephemeral-storage': BYTES,
    'hugepages-2Mi': BYTES,
  };
  const pairs = Object.keys(allowed).flatMap((name) =>
    [...new Set([...BYTES, ...CPU, '1K', '1000m', '1024', '0', '', 'Ki', '2'])].map((divisor) => ({
      name,
      divisor,
    })),
  );
  const isAllowed = ({ name, divisor }: (typeof pairs)[number]) =>
    allowed[name]?.includes(divisor) === true;
  const SIDES = ['env', 'files'] satisfies Side[];

  it.each(pairs.filter(isAllowed))('reads divisor $divisor of $name', ({ name, divisor }) => {
    for (const side of SIDES) {
      expect(parseSource(`limits.${name}:${divisor}`, side)).toEqual({
        resource: `limits.${name}`,
        divisor,
      });
    }
  });

  it.each(pairs.filter((pair) => !isAllowed(pair)))(
    'rejects divisor "$divisor" of $name',
    ({ name, divisor }) => {
      for (const side of SIDES) {
        expect(parseSource(`limits.${name}:${divisor}`, side)).toMatchObject({
          fault: expect.stringContaining('expected a divisor'),
        });
      }
    },
  );

  it.each(RESOURCES)('writes out the divisor 1 if %s has none', (name) => {
    expect(parseSource(`requests.${name}`, 'env')).toEqual({
      resource: `requests.${name}`,
      divisor: '1',
    });
  });

  it('ignores blanks around a divisor', () => {
    expect(parseSource(' limits.cpu : 1m ', 'env')).toEqual({
      resource: 'limits.cpu',
      divisor: '1m',
    });
  });

  it('suggests the divisor that was probably meant', () => {
    expect(faultOf('limits.memory:1MI')).toContain('did you mean 1Mi?');
    expect(faultOf('limits.memory:ki')).toContain('did you mean 1Ki?');
  });
});
