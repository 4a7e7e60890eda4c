import { describe, expect, it } from 'vitest';
import { finding, firstReason, REASONS, sentenceOf } from '../../../src/core/decision/reasons.ts';

describe('the catalogue of reasons', () => {
  it('names every reason in snake_case', () => {
    expect(Object.keys(REASONS).filter((reason) => !/^[a-z]+(_[a-z]+)*$/.test(reason))).toEqual([]);
  });

  it('has one-line sentences without a full stop', () => {
    const wrong = Object.values(REASONS).filter(({ sentence }) => /[\n.]$|\n/.test(sentence));
    expect(wrong).toEqual([]);
  });

  it('fills the slots of a sentence with any text, even dollars and braces', () => {
    const slots = { container: 'app', names: '$& $1 {container}' };
    expect(sentenceOf(finding('env_exists', slots))).toBe(
      'container app already sets $& $1 {container}; its own values are kept',
    );
  });

  it('labels a review with the reason that comes first in the catalogue', () => {
    const kept = finding('env_exists', { container: 'app', names: 'A' });
    const unknown = finding('unknown_key', { unknown: 'podherald.dev/x', hint: '' });
    expect(firstReason([unknown, kept])).toBe('env_exists');
    expect(firstReason([])).toBeUndefined();
  });
});
