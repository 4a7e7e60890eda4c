import { stringify } from 'yaml';
import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import { profileText } from './profile-text.ts';
import { type Config, configSchema } from './schema.ts';

/** A config with all defaults and built-in profiles written out. It reads as the same again. */
export function printConfig(config: Config): string {
  const all = [...new Map([...BUILT_IN_PROFILES, ...Object.entries(config.profiles)])];
  const profiles = Object.fromEntries(all.map(([name, profile]) => [name, profileText(profile)]));
  return stringify({ ...config, profiles }, { lineWidth: 0 });
}

/** The config that an empty file is. */
export function emptyConfig(): Config {
  return configSchema.parse({});
}
