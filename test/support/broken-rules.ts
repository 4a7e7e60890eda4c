import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';

class BrokenMap<Key, Value> extends Map<Key, Value> {
  override get(): never {
    throw new Error('profiles are out of order');
  }
}

/** Rules whose profiles cannot be read: the least that can go wrong inside podherald. */
export const BROKEN_RULES: Rules = {
  ...defaultRules('test'),
  profiles: new BrokenMap(defaultRules('test').profiles),
};
