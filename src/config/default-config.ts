import { defaultRules } from '../core/decision/rules.ts';
import type { ConfigSource } from './source.ts';

/** The config of an operator who gives no file: it never changes. */
export function defaultConfig(version: string): ConfigSource {
  const config = { rules: defaultRules(version), namespaces: { annotations: true } };
  return { get: () => config, start: () => {}, stop: () => {} };
}
