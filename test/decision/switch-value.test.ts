import { describe, expect, it } from 'vitest';
import { parseMetadataSwitch, sameSwitch } from '../../src/decision/switch-value.ts';

const KNOWN = ['default', 'otel'];
const read = (value: string) => parseMetadataSwitch(value, KNOWN);

describe('the value of inject-metadata', () => {
  it.each([
    ['true', { kind: 'default' }],
    [' TRUE\n', { kind: 'default' }],
    ['false', { kind: 'off' }],
    ['False', { kind: 'off' }],
    ['otel', { kind: 'profiles', names: ['otel'] }],
    [' default , otel', { kind: 'profiles', names: ['default', 'otel'] }],
    ['not-configured', { kind: 'profiles', names: ['not-configured'] }],
  ])('reads %j', (value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each([
    ['', '', ''],
    ['  ', '', ''],
    ['yes', 'yes', '; did you mean true?'],
    ['On', 'On', '; did you mean true?'],
    ['1', '1', '; did you mean true?'],
    ['no', 'no', '; did you mean false?'],
    ['disabled', 'disabled', '; did you mean false?'],
    ['true,otel', 'true', '; did you mean true?'],
    ['otel,', '', ''],
    ['Default', 'Default', '; did you mean default?'],
    ['default;otel', 'default;otel', ''],
    ['A=metadata.uid', 'A=metadata.uid', '; items belong under metadata-env or metadata-files'],
    ['x'.repeat(64), 'x'.repeat(64), ''],
  ])('refuses %j and names the piece at fault', (value, piece, hint) => {
    expect(read(value)).toEqual({
      kind: 'invalid',
      value: piece,
      expected: 'true, false, or profile names separated by commas',
      hint,
    });
  });

  it('refuses a profile twice', () => {
    expect(read('otel,default,otel')).toMatchObject({
      kind: 'invalid',
      value: 'otel',
      expected: 'each profile once',
    });
  });

  it('knows when two ways of writing mean the same', () => {
    expect(sameSwitch(read('true'), read(' True '))).toBe(true);
    expect(sameSwitch(read('default, otel'), read('default,otel'))).toBe(true);
    expect(sameSwitch(read('true'), read('false'))).toBe(false);
    expect(sameSwitch(read('otel'), read('default'))).toBe(false);
  });
});
