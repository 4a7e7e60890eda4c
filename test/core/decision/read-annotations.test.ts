import { describe, expect, it } from 'vitest';
import { type Decision, decide } from '../../../src/core/decision/decide.ts';
import { podParts } from '../../../src/core/decision/pod-parts.ts';
import { podWith, RULES, SHOP } from '../pods.ts';

const FORGIVING = { ...RULES, onInvalid: 'warn' } as const;

function decideFor(annotations: Readonly<Record<string, string>>, rules = RULES): Decision {
  return decide(podParts(podWith(annotations)), SHOP, rules);
}

describe('readAnnotations()', () => {
  it('treats an invalid annotation as absent', () => {
    expect(decideFor({ 'inject-metadata': 'yes' }, FORGIVING)).toMatchObject({
      skipped: { reason: 'not_requested' },
      faults: [{ reason: 'invalid_value' }],
    });
  });

  it('keeps the valid items of an annotation that also has an invalid item', () => {
    const items = { 'podherald.dev/metadata-env': 'A=metadata.uid,B=nonsense' };
    expect(decideFor(items, FORGIVING)).toMatchObject({
      metadata: { env: [{ name: 'A' }] },
      faults: [{ reason: 'invalid_value' }],
    });
  });

  it.each([
    ['reads', 'the configured prefix', 'meta.example.com/inject-metadata', true],
    ['reads', 'no prefix', 'inject-metadata', true],
    [
      'ignores',
      'the default prefix if another is configured',
      'podherald.dev/inject-metadata',
      false,
    ],
  ])('%s a key with %s', (_, __, key, isRead) => {
    const rules = { ...RULES, annotationPrefix: 'meta.example.com/' };
    expect(decideFor({ [key]: 'true' }, rules).metadata !== undefined).toBe(isRead);
  });

  it('ignores annotations named like members of every JavaScript object', () => {
    const annotations = JSON.parse('{"__proto__":"x","constructor":"y","inject-metadata":"true"}');
    expect(decideFor(annotations)).toMatchObject({ metadata: {}, notices: [] });
  });

  it('reports a prefixed key named like a member of every JavaScript object as unknown', () => {
    expect(decideFor({ 'podherald.dev/constructor': 'true' })).toMatchObject({
      notices: [{ reason: 'unknown_key' }],
    });
  });
});
