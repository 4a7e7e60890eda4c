import { describe, expect, it } from 'vitest';
import { isProfileName, parseMetadataSwitch } from '../../../src/core/decision/metadata-values.ts';
import { sentenceOf } from '../../../src/core/decision/reasons.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';

const { profiles, metadata } = defaultRules('test');
const CONTEXT = {
  annotation: { kind: 'annotation', key: 'inject-metadata' },
  profiles,
  defaultProfile: metadata.defaultProfile,
} as const;
const EXPECTED = 'expected true, false, or profile names separated by commas';

describe('the value of inject-metadata', () => {
  it.each([
    ['true', { kind: 'default' }],
    [' TRUE\n', { kind: 'default' }],
    ['false', { kind: 'off' }],
    ['False', { kind: 'off' }],
    ['otel', { kind: 'profiles', names: ['otel'] }],
    [' default , otel', { kind: 'profiles', names: ['default', 'otel'] }],
    ['not-configured', { kind: 'profiles', names: ['not-configured'] }],
  ])('reads %j', (text, value) => {
    expect(parseMetadataSwitch(text, CONTEXT)).toEqual({ value, faults: [] });
  });

  it.each([
    ['', `invalid value "": ${EXPECTED}`],
    ['  ', `invalid value "": ${EXPECTED}`],
    ['yes', `invalid value "yes": ${EXPECTED}; did you mean true?`],
    ['On', `invalid value "On": ${EXPECTED}; did you mean true?`],
    ['1', `invalid value "1": ${EXPECTED}; did you mean true?`],
    ['disabled', `invalid value "disabled": ${EXPECTED}; did you mean false?`],
    ['true,otel', `invalid value "true": ${EXPECTED}; write default,otel`],
    ['otel,YES,default', `invalid value "YES": ${EXPECTED}; write otel,default`],
    ['otel,false', `invalid value "false": ${EXPECTED}; write false alone, or only profile names`],
    ['otel,', `invalid value "": ${EXPECTED}`],
    ['Default', `invalid value "Default": ${EXPECTED}; did you mean default?`],
    ['default;otel', `invalid value "default;otel": ${EXPECTED}`],
    [
      'A=metadata.uid',
      `invalid value "A=metadata.uid": ${EXPECTED}; items belong in metadata-env or metadata-files`,
    ],
    ['otel,default,otel', '"otel" is listed twice'],
  ])('rejects %j and names the invalid piece', (text, sentence) => {
    const { value, faults } = parseMetadataSwitch(text, CONTEXT);

    expect(value).toBeUndefined();
    expect(faults.map(sentenceOf)).toEqual([`inject-metadata: ${sentence}`]);
  });

  it('reports every fault', () => {
    expect(parseMetadataSwitch('yes,no', CONTEXT).faults).toHaveLength(2);
  });
});

it('does not accept words for yes or no as names of profiles', () => {
  const words = ['true', 'false', 'yes', 'no', 'on', 'off', '1', '0', 'none', 'enabled'];
  expect(words.filter(isProfileName)).toEqual([]);
  expect(['default', 'otel', 'my-profile-2'].filter((name) => !isProfileName(name))).toEqual([]);
});
