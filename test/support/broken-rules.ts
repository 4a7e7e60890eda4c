import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';

class BrokenMap<Key, Value> extends Map<Key, Value> {
  override get(): never {
    throw new Error('the profiles cannot be read');
  }
}

/** Rules that make every decision about metadata throw, to test an internal error in podherald. */
export const BROKEN_RULES: Rules = {
  ...defaultRules('test'),
  profiles: new BrokenMap(defaultRules('test').profiles),
};
