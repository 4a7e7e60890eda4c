import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import type { Config } from './schema.ts';

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
