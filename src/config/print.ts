import { stringify } from 'yaml';
import type { Profile } from '../core/decision/profiles.ts';
import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import { type ItemText, itemText } from './profile-items.ts';
import { type Config, configSchema } from './schema.ts';

/** Renders a config as YAML with all defaults and built-in profiles. Parsing it results in the same config. */
export function printConfig(config: Config): string {
  const all = [...new Map([...BUILT_IN_PROFILES, ...Object.entries(config.profiles)])];
  const profiles = Object.fromEntries(all.map(([name, profile]) => [name, profileText(profile)]));
  return stringify({ ...config, profiles }, { lineWidth: 0 });
}

/** A profile in the form of the config file. */
interface ProfileText {
  readonly env: Readonly<Record<string, ItemText>>;
  readonly files: Readonly<Record<string, ItemText>>;
}

/** Renders a profile in the form of the config file. */
function profileText({ env, files }: Profile): ProfileText {
  return {
    env: Object.fromEntries(env.map(({ name, source }) => [name, itemText(source)])),
    files: Object.fromEntries(files.map(({ path, source }) => [path, itemText(source)])),
  };
}

/** The config of an empty file: all defaults. */
export function emptyConfig(): Config {
  return configSchema.parse({});
}

/** The profiles that a config defines, and the built-in profiles that it does not replace. */
export function describeProfiles({ profiles }: Config): string {
  const own = Object.keys(profiles);
  const builtIn = [...BUILT_IN_PROFILES.keys()].filter((name) => !own.includes(name));
  const words = own.map((name) =>
    BUILT_IN_PROFILES.has(name) ? `${name} (replaces the built-in profile)` : name,
  );
  return [
    ...(words.length === 0 ? [] : [`profiles: ${words.join(', ')}`]),
    ...(builtIn.length === 0 ? [] : [`built-in profiles: ${builtIn.join(', ')}`]),
  ].join('; ');
}
