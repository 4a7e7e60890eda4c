import { mergeProfiles } from '../../core/decision/decide-metadata.ts';
import { clash } from '../../core/decision/metadata-items.ts';
import type { Profile } from '../../core/decision/profiles.ts';
import type { Rules } from '../../core/decision/rules.ts';

/** What a config asks for that no policy can do, each in a sentence that says how to mend it. */
export function configRefusals({ profiles }: Rules): string[] {
  const all = [...profiles];
  return [
    ...all.flatMap(outOfOrder),
    ...all.flatMap((one, index) => all.slice(index + 1).flatMap((other) => clashes(one, other))),
  ];
}

/** podherald sorts variables once it knows all profiles; a policy keeps the order that is written. */
function outOfOrder([name, profile]: readonly [string, Profile]): string[] {
  const sorted = mergeProfiles([profile]).env;
  const at = profile.env.findIndex((item, index) => item !== sorted[index]);
  const [written, first] = [profile.env[at], sorted[at]];
  if (written === undefined || first === undefined) return [];
  return [
    `profiles.${name}.env: ${written.name} needs ${first.name}, which is written later; a policy cannot sort: write ${first.name} before it`,
  ];
}

/** Which of them counts depends on all the others, and CEL has no loop that could look back. */
function clashes(
  [name, one]: readonly [string, Profile],
  [otherName, other]: readonly [string, Profile],
): string[] {
  return one.files.flatMap((file) =>
    other.files
      .filter((against) => clash(file, against) && file.path !== against.path)
      .map(
        (against) =>
          `profiles.${name}.files: ${file.path} and ${against.path} of the profile ${otherName} are inside each other; a policy cannot choose: give them other paths`,
      ),
  );
}
