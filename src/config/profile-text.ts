import type { Profile } from '../core/decision/profiles.ts';
import { type ItemText, itemText } from './item-text.ts';

/** A profile as the config writes it. */
export interface ProfileText {
  readonly env: Readonly<Record<string, ItemText>>;
  readonly files: Readonly<Record<string, ItemText>>;
}

export function profileText({ env, files }: Profile): ProfileText {
  return {
    env: Object.fromEntries(env.map(({ name, source }) => [name, itemText(source)])),
    files: Object.fromEntries(files.map(({ path, source }) => [path, itemText(source)])),
  };
}
