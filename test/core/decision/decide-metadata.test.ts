import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decision/decide.ts';
import { podParts } from '../../../src/core/decision/pod-parts.ts';
import type { EnvItem, Profile } from '../../../src/core/decision/profiles.ts';
import type { Rules } from '../../../src/core/decision/rules.ts';
import { podWith, RULES, SHOP } from '../pods.ts';

const field = (name: string, fieldRef: string): EnvItem => ({ name, source: { fieldRef } });
const literal = (name: string, text: string): EnvItem => ({ name, source: { literal: text } });
const profile = (...env: EnvItem[]): Profile => ({ env, files: [] });

function rulesWith(profiles: Readonly<Record<string, Profile>>): Rules {
  return { ...RULES, profiles: new Map(Object.entries(profiles)) };
}

/** The variables that a pod with this value of `inject-metadata` should get. */
function envFor(value: string, rules: Rules): readonly EnvItem[] {
  const pod = podWith({ 'inject-metadata': value });
  const { metadata } = decide(podParts(pod), SHOP, rules);
  if (metadata === undefined) throw new Error('expected a decision to inject metadata');
  return metadata.env;
}

describe('decideMetadata()', () => {
  it('uses the default profile of the config for inject-metadata: "true"', () => {
    const profiles = {
      default: profile(field('A', 'metadata.name')),
      mine: profile(field('B', 'metadata.uid')),
    };
    const metadata = { ...RULES.metadata, defaultProfile: 'mine' };
    const env = envFor('true', { ...rulesWith(profiles), metadata });
    expect(env.map(({ name }) => name)).toEqual(['B']);
  });

  it('takes an item that several profiles have from the first profile', () => {
    const rules = rulesWith({
      one: profile(field('A', 'metadata.name'), field('B', 'metadata.name')),
      two: profile(field('B', 'metadata.uid'), field('C', 'metadata.uid')),
    });
    expect(envFor('one,two', rules)).toEqual([
      field('A', 'metadata.name'),
      field('B', 'metadata.name'),
      field('C', 'metadata.uid'),
    ]);
  });

  it('puts a literal after the variables that it references, and otherwise keeps the order', () => {
    const rules = rulesWith({
      one: profile(literal('LAST', '$(MIDDLE)-$(A)'), field('Z', 'metadata.uid')),
      two: profile(literal('MIDDLE', '$(A)'), field('A', 'metadata.name')),
    });
    const names = envFor('one,two', rules).map(({ name }) => name);
    expect(names).toEqual(['A', 'MIDDLE', 'LAST', 'Z']);
  });

  it('keeps both literals if they reference each other', () => {
    const rules = rulesWith({ one: profile(literal('A', '$(B)'), literal('B', '$(A)')) });
    expect(envFor('one', rules)).toHaveLength(2);
  });
});
