import { readFileSync } from 'node:fs';
import { type CompiledConfig, compile } from '../../src/config/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Config } from '../../src/config/schema.ts';

/** The text of examples/config.yaml. */
export const EXAMPLE = readFileSync(new URL('../../examples/config.yaml', import.meta.url), 'utf8');

/** Parses a valid config. */
export function configOf(text: string): Config {
  const parsed = parseConfig(text);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}

/** Parses and compiles a valid config. */
export function compiled(text: string): CompiledConfig {
  return compile(configOf(text), 'test');
}
