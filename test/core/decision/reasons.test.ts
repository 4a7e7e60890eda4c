import { describe, expect, it } from 'vitest';
import {
  finding,
  firstReason,
  logSentenceOf,
  sentenceOf,
} from '../../../src/core/decision/findings.ts';
import { REASONS } from '../../../src/core/decision/reasons.ts';

describe('REASONS', () => {
  it('has a name in snake_case for each reason', () => {
    expect(Object.keys(REASONS).filter((reason) => !/^[a-z]+(_[a-z]+)*$/.test(reason))).toEqual([]);
  });

  it('has a sentence on one line, without a full stop, for each reason', () => {
    const wrong = Object.values(REASONS).filter(({ sentence }) => /[\n.]$|\n/.test(sentence));
    expect(wrong).toEqual([]);
  });
});

describe('sentenceOf()', () => {
  it('fills the slots of a sentence with any text, even with dollar signs and braces', () => {
    const slots = { container: 'app', names: '$& $1 {container}' };
    expect(sentenceOf(finding('env_exists', slots))).toBe(
      'container app already sets $& $1 {container}; its own values are kept',
    );
  });
});

describe('logSentenceOf()', () => {
  it('replaces names and values of the pod with …', () => {
    const kept = finding('env_exists', { container: 'app', names: 'PASSWORD' });
    expect(logSentenceOf(kept)).toBe('container … already sets …; its own values are kept');
    const moved = finding('port_moved', { taken: '8001', port: '8002' });
    expect(logSentenceOf(moved)).toBe(
      'port … is taken; the ambassador listens on … (see KUBE_API_URL)',
    );
  });

  it('keeps the annotation key and what was expected, and leaves out the hint', () => {
    const slots = {
      key: 'inject-ambassador',
      value: '"secret"',
      expected: 'expected true or false',
      hint: '; did you mean secret?',
    };
    expect(logSentenceOf(finding('invalid_value', slots))).toBe(
      'inject-ambassador: invalid value …: expected true or false',
    );
  });

  it('keeps the names of the cluster and its errors', () => {
    const unavailable = finding('namespace_unavailable', { namespace: 'shop', why: 'timeout' });
    expect(logSentenceOf(unavailable)).toBe(sentenceOf(unavailable));
  });
});

describe('firstReason()', () => {
  it('is the reason that comes first in the catalogue', () => {
    const kept = finding('env_exists', { container: 'app', names: 'A' });
    const unknown = finding('unknown_key', { unknown: 'podherald.dev/x', hint: '' });
    expect(firstReason([unknown, kept])).toBe('env_exists');
  });

  it('is undefined without findings', () => {
    expect(firstReason([])).toBeUndefined();
  });
});
