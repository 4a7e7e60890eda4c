import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flowStringText, stringText } from '../../../src/manifests/splice/render.ts';

describe('stringText', () => {
  it.each([
    'a',
    '1m',
    '15m',
    '100Mi',
    '1Ki',
    'metadata.name',
    '/etc/downward',
    '$(POD_NAME)',
    '--port=8001',
    '--reject-methods=[^ADEGHT]',
    "metadata.labels['k']",
    'http://127.0.0.1:8001',
    'some words',
    'k8s.pod.name=$(POD_NAME),k8s.container.name=app',
    'v1',
    'registry.k8s.io/kubectl:v1.33.0',
  ])('writes %s without quotes', (text) => {
    expect(stringText(text)).toBe(text);
  });

  it.each([
    '',
    'true',
    'False',
    'yes',
    'NO',
    'on',
    'off',
    'y',
    'N',
    'null',
    '~',
    '=',
    '<<',
    '15',
    '-1',
    '+1',
    '1.5',
    '.5',
    '1e3',
    '8e1234',
    'e0',
    '-.E+5',
    '0x1F',
    '0o17',
    '017',
    '0b11',
    '1_000',
    '1:20',
    '.inf',
    '-.INF',
    '.NaN',
    '2030-01-01',
    '2030-1-1T00:00:00Z',
    '---',
    '...',
    '.',
    '- a',
    '-',
    '? a',
    'a: b',
    'a:',
    'a #b',
    ' a',
    'a ',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a',
    '{a',
    '[a',
    '|',
    '>',
    '#a',
    'é',
  ])('quotes %j', (text) => {
    expect(stringText(text)).toBe(JSON.stringify(text));
  });

  it('writes JSON in single quotes', () => {
    expect(stringText('{"a":1}')).toBe(`'{"a":1}'`);
  });

  it('escapes the line breaks of YAML and characters that YAML does not allow', () => {
    expect(stringText('\u2028\x7f\ufeff\n')).toBe('"\\u2028\\u007f\\ufeff\\n"');
  });

  it('is a string for YAML 1.1 and 1.2, as value and as key, in block and in flow', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.stringMatching(/^[-+0-9._:eExXoObBaAfFtTzZ]{1,8}$/),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom('1.1', '1.2'), (text, version) => {
        const read = (yaml: string) => parse(yaml, { version: version as '1.1' | '1.2' });
        expect(read(`- ${stringText(text)}\n`)).toEqual([text]);
        expect(read(`{k: ${flowStringText(text)}, l: [${flowStringText(text)}]}`)).toEqual({
          k: text,
          l: [text],
        });
        expect(Object.keys(read(`${stringText(text)}: 1`))).toEqual([text]);
      }),
      { numRuns: 500 },
    );
  });
});
