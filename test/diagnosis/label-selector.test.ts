import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/api/json.ts';
import { requirementText, unmetRequirement } from '../../src/diagnosis/label-selector.ts';

const LABELS = { team: 'a' };

function expression(key: string, operator: string, values?: readonly string[]): Json {
  return { matchExpressions: [{ key, operator, ...(values && { values: [...values] }) }] };
}

describe('a label selector', () => {
  it.each<[string, Json | undefined]>([
    ['no selector', undefined],
    ['an empty selector', {}],
    ['a label with that value', { matchLabels: { team: 'a' } }],
    ['In with that value', expression('team', 'In', ['a', 'b'])],
    ['NotIn without that value', expression('team', 'NotIn', ['b'])],
    ['NotIn of an absent label', expression('zone', 'NotIn', ['b'])],
    ['Exists of a label', expression('team', 'Exists')],
    ['DoesNotExist of an absent label', expression('zone', 'DoesNotExist')],
  ])('selects labels by %s', (_, selector) => {
    expect(unmetRequirement(selector, LABELS)).toBeUndefined();
  });

  it.each<[string, Json]>([
    ['team in (b)', { matchLabels: { team: 'b' } }],
    ['team in (b, c)', expression('team', 'In', ['b', 'c'])],
    ['zone in (b)', expression('zone', 'In', ['b'])],
    ['team not in (a)', expression('team', 'NotIn', ['a'])],
    ['zone exists', expression('zone', 'Exists')],
    ['team does not exist', expression('team', 'DoesNotExist')],
  ])('names the requirement that labels do not meet: %s', (text, selector) => {
    const unmet = unmetRequirement(selector, LABELS);

    expect(unmet && requirementText(unmet)).toBe(text);
  });
});
