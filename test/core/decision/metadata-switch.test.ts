import { describe, expect, it } from 'vitest';
import { isProfileName, parseMetadataSwitch } from '../../../src/core/decision/metadata-values.ts';
import { sentenceOf } from '../../../src/core/decision/reasons.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';

const CONTEXT = { key: 'inject-metadata', rules: defaultRules('test') };
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
    ['', `"": ${EXPECTED}`],
    ['  ', `"": ${EXPECTED}`],
    ['yes', `"yes": ${EXPECTED}; did you mean true?`],
    ['On', `"On": ${EXPECTED}; did you mean true?`],
    ['1', `"1": ${EXPECTED}; did you mean true?`],
    ['disabled', `"disabled": ${EXPECTED}; did you mean false?`],
    ['true,otel', `"true": ${EXPECTED}; did you mean true?`],
    ['otel,', `"": ${EXPECTED}`],
    ['Default', `"Default": ${EXPECTED}; did you mean default?`],
    ['default;otel', `"default;otel": ${EXPECTED}`],
    [
      'A=metadata.uid',
      `"A=metadata.uid": ${EXPECTED}; items belong under metadata-env or metadata-files`,
    ],
    ['otel,default,otel', '"otel" is given twice'],
  ])('refuses %j and names the piece at fault', (text, sentence) => {
    const { value, faults } = parseMetadataSwitch(text, CONTEXT);

    expect(value).toBeUndefined();
    expect(faults.map(sentenceOf)).toEqual([`inject-metadata: ${sentence}`]);
  });

  it('tells all that is wrong', () => {
    expect(parseMetadataSwitch('yes,no', CONTEXT).faults).toHaveLength(2);
  });
});

it('leaves no profile a name that could mean yes or no', () => {
  const words = ['true', 'false', 'yes', 'no', 'on', 'off', '1', '0', 'none', 'enabled'];
  expect(words.filter(isProfileName)).toEqual([]);
  expect(['default', 'otel', 'my-profile-2'].filter((name) => !isProfileName(name))).toEqual([]);
});
