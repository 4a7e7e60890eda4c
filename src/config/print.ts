import { stringify } from 'yaml';
import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import { profileText } from './profile-items.ts';
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

/** Which profiles a config defines, and which there are besides. */
export function describeProfiles({ profiles }: Config): string {
  const own = Object.keys(profiles);
  const builtIn = [...BUILT_IN_PROFILES.keys()].filter((name) => !own.includes(name));
  const words = own.map((name) =>
    BUILT_IN_PROFILES.has(name) ? `${name} (in place of the built-in one)` : name,
  );
  const defined = own.length === 0 ? 'defines no profiles' : `defines ${words.join(', ')}`;
  return builtIn.length === 0 ? defined : `${defined}; built in: ${builtIn.join(', ')}`;
}
