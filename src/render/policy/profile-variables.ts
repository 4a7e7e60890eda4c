import { isObject, type Json, type JsonObject } from '../../core/api/json.ts';
import { mergeProfiles } from '../../core/decision/decide-metadata.ts';
import { sourceText } from '../../core/decision/env-source.ts';
import { clash } from '../../core/decision/metadata-items.ts';
import { type EnvItem, isCreationSource, type Profile } from '../../core/decision/profiles.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { toEnvVar, toVolume } from '../../core/injection/downward-api.ts';
import { celLiteral } from './cel-literal.ts';
import { chainedReferences, missingNames, refersTo } from './known-variables.ts';
import type { Variable } from './pod-variables.ts';

/** The items of all profiles, and those of the requested profiles. */
export function profileVariables({ profiles }: Rules): Variable[] {
  const missing = missingNames(profiles);
  return [
    {
      name: 'profileEnv',
      comment:
        'The variables of each profile. The variable missing adds the values that `known` names, and leaves out what refersTo a variable without a value.',
      expression: table(profiles, ({ env }) => env.map((item) => envEntry(item, missing))),
    },
    {
      name: 'allEnv',
      comment: 'The variables of the requested profiles.',
      expression: 'variables.profiles.map(name, variables.profileEnv[name]).flatten()',
    },
    {
      name: 'env',
      comment: 'If several profiles define a variable, the first profile takes precedence.',
      expression: firstOf('variables.allEnv', 'name'),
    },
    {
      name: 'profileFiles',
      comment:
        'The files of each profile. The variable requiredMounts adds the containerName of resourceFieldRef.',
      expression: table(profiles, ({ files }) => {
        const { downwardAPI } = toVolume('', files, '');
        const written = isObject(downwardAPI) ? downwardAPI['items'] : undefined;
        return Array.isArray(written) ? written.map(withoutContainer) : [];
      }),
    },
    {
      name: 'allFiles',
      comment: 'The files of the requested profiles.',
      expression: 'variables.profiles.map(name, variables.profileFiles[name]).flatten()',
    },
    {
      name: 'files',
      comment: 'If several profiles define a file, the first profile takes precedence.',
      expression: firstOf('variables.allFiles', 'path'),
    },
    {
      name: 'isShared',
      comment:
        'Whether all containers can share one volume: no file shows the resources of a container.',
      expression: 'variables.files.all(file, !has(file.resourceFieldRef))',
    },
  ];
}

function envEntry(item: EnvItem, missing: ReadonlySet<string>): Json {
  const { name, source } = item;
  const variable: JsonObject = isCreationSource(source)
    ? { name, known: sourceText(source) }
    : ({ ...toEnvVar(item) } as JsonObject);
  const names = refersTo(item, missing);
  return names.length === 0 ? variable : { ...variable, refersTo: names };
}

/** CEL for a map from profile name to items. */
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
  return `${list}.transformList(index, item,
  !${list}.exists(earlier, other, earlier < index && other.${key} == item.${key}), item)`;
}

/** Everything in a config that a policy does not support. Each sentence says how to change the config. */
export function unsupportedByPolicy(rules: Rules): string[] {
  const all = [...rules.profiles];
  return [
    ...all.flatMap(outOfOrder),
    ...chainedReferences(rules),
    ...all.flatMap((one, index) => all.slice(index + 1).flatMap((other) => clashes(one, other))),
  ];
}

/** The webhook sorts variables by their references; a policy keeps their order in the config. */
function outOfOrder([name, profile]: readonly [string, Profile]): string[] {
  const sorted = mergeProfiles([profile]).env;
  const at = profile.env.findIndex((item, index) => item !== sorted[index]);
  const [written, first] = [profile.env[at], sorted[at]];
  if (written === undefined || first === undefined) return [];
  return [
    `profiles.${name}.env: ${written.name} refers to ${first.name}, which is defined after it, and an admission policy cannot sort variables; move ${first.name} before ${written.name}`,
  ];
}

/** Which of two conflicting files is kept depends on all other files, which CEL cannot track in a loop. */
function clashes(
  [name, one]: readonly [string, Profile],
  [otherName, other]: readonly [string, Profile],
): string[] {
  return one.files.flatMap((file) =>
    other.files
      .filter((against) => clash(file, against) && file.path !== against.path)
      .map(
        (against) =>
          `profiles.${name}.files: ${file.path} conflicts with ${against.path} of profile ${otherName}: one is inside the other, and an admission policy cannot choose; change one of the paths`,
      ),
  );
}
