import type { Rules } from '../../core/decision/rules.ts';

/** What the policies are made from. */
export interface PolicyInput {
  readonly rules: Rules;
  /** Whether annotations of namespaces count. */
  readonly readsNamespaces: boolean;
}
