import { isObject, type Json } from '../../core/api/json.ts';
import { mergeProfiles } from '../../core/decision/decide-metadata.ts';
import { clash } from '../../core/decision/metadata-items.ts';
import type { Profile } from '../../core/decision/profiles.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { toEnv, toVolume } from '../../core/injection/downward-api.ts';
import { celLiteral } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

/** The profiles, and which of their items are asked for. */
export function profileVariables({ profiles }: Rules): Variable[] {
  return [
    {
      name: 'profileEnv',
      comment:
        'The variables of each profile. Where a value is missing, it is the name of the container.',
      expression: table(profiles, ({ env }) => {
        const written = toEnv(env, '');
        return env.map((item, at) =>
          'containerName' in item.source ? { name: item.name } : ({ ...written[at] } as Json),
        );
      }),
    },
    {
      name: 'allEnv',
      comment: 'Those of the profiles asked for.',
      expression: 'variables.profiles.map(name, variables.profileEnv[name]).flatten()',
    },
    {
      name: 'env',
      comment: 'Of two of one name, that of the first profile counts.',
      expression: firstOf('variables.allEnv', 'name'),
    },
    {
      name: 'profileFiles',
      comment: 'The files of each profile. The container that a resource is of is filled in below.',
      expression: table(profiles, ({ files }) => {
        const { downwardAPI } = toVolume('', files, '');
        const written = isObject(downwardAPI) ? downwardAPI['items'] : undefined;
        return Array.isArray(written) ? written.map(withoutContainer) : [];
      }),
    },
    {
      name: 'allFiles',
      comment: 'Those of the profiles asked for.',
      expression: 'variables.profiles.map(name, variables.profileFiles[name]).flatten()',
    },
    {
      name: 'files',
      comment: 'Of two of one path, that of the first profile counts.',
      expression: firstOf('variables.allFiles', 'path'),
    },
    {
      name: 'isShared',
      comment:
        'Files without resources are the same for all containers, and one volume holds them.',
      expression: 'variables.files.all(file, !has(file.resourceFieldRef))',
    },
  ];
}

/** One map of all profiles. */
function table(
  profiles: ReadonlyMap<string, Profile>,
  itemsOf: (profile: Profile) => readonly Json[],
): string {
  const entries = [...profiles].map(([name, profile]) => {
    const { env, files } = mergeProfiles([profile]);
    return [name, itemsOf({ env, files })] as const;
  });
  return celLiteral(Object.fromEntries(entries));
}

function withoutContainer(item: Json): Json {
  if (!isObject(item) || !isObject(item['resourceFieldRef'])) return item;
  const { containerName: _, ...rest } = item['resourceFieldRef'];
  return { ...item, resourceFieldRef: rest };
}

function firstOf(list: string, key: string): string {
  return `${list}.transformList(at, item,
  !${list}.exists(earlier, other, earlier < at && other.${key} == item.${key}), item)`;
}

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
