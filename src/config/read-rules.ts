/** The library's second entry point: `import { readRules } from 'podherald/config'`. */

import type { Rules } from '../core/decision/rules.ts';
import { compile } from './compile.ts';
import type { ConfigFault } from './config-fault.ts';
import { parseConfig } from './parse.ts';

export type { Rules } from '../core/decision/rules.ts';
export type { ConfigFault } from './config-fault.ts';

/** The rules of a valid config, or all of its faults in the order of the text. */
export type ReadRules = { readonly rules: Rules } | { readonly faults: readonly ConfigFault[] };

/**
 * Reads the text of a config file (YAML). Pass the rules to `inject`. Never throws, whatever the text is.
 */
export function readRules(text: string): ReadRules {
  const parsed = parseConfig(text);
  // The version is used only for the status annotation, which has none in a manifest.
  return 'faults' in parsed ? parsed : { rules: compile(parsed.config, '').rules };
}
