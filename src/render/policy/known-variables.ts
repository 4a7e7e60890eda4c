import { DEFAULT_TAG, IMAGE_REFERENCE, MAX_IMAGE_LENGTH } from '../../core/api/image-reference.ts';
import { KNOWN_NAMES, type KnownName } from '../../core/decision/known-names.ts';
import { MAX_VALUE_LENGTH } from '../../core/decision/known-values.ts';
import type { EnvItem, Profile } from '../../core/decision/profiles.ts';
import { references } from '../../core/decision/profiles.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { CONVENTIONS, CRON_ENDING } from '../../core/decision/workload.ts';
import { celString, celStrings } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

/** The length of `-29735040` at the end of the name of a CronJob's Job. */
const CRON_LENGTH = 9;

const TEMPLATE_HASHES = CONVENTIONS.flatMap((one) =>
  'label' in one ? [celStrings([one.workload, one.label])] : [],
);

/** What is known of a pod when it is created: workloadOf() as CEL. */
export function workloadVariables(): Variable[] {
  return [
    {
      name: 'workloads',
      comment:
        'The workload of the pod, if it has a controller: the Deployment or Rollout of a ReplicaSet, the CronJob of a Job, otherwise the controller itself.',
      expression: `object.metadata.?ownerReferences.orValue([])
  .filter(owner, owner.?controller.orValue(false))
  .transformList(index, owner, index == 0, (
    (owner.kind == 'ReplicaSet' && owner.apiVersion.startsWith('apps/') ? [${TEMPLATE_HASHES.join(', ')}] : [])
    .map(rule, {'kind': rule[0], 'end': '-' + object.metadata.?labels[?rule[1]].orValue('')})
    .filter(rule, rule.end != '-' && owner.name.endsWith(rule.end) && owner.name.size() > rule.end.size())
    .map(rule, {'kind': rule.kind, 'name': owner.name.substring(0, owner.name.size() - rule.end.size())}) +
    (owner.kind == 'Job' && owner.apiVersion.startsWith('batch/') && owner.name.matches(${celString(CRON_ENDING)})
      ? [{'kind': 'CronJob', 'name': owner.name.substring(0, owner.name.size() - ${CRON_LENGTH})}]
      : []) +
    [{'kind': string(owner.kind), 'name': string(owner.name)}])[0])`,
    },
  ];
}

/** CEL for a list with a map of the value of a variable, or an empty list. */
function texts(list: string): string {
  return `${list}
      .filter(text, text != '' && text.size() <= ${MAX_VALUE_LENGTH})
      .map(text, {'value': dyn(text.replace('$', '$$'))})`;
}

function expressionOf(name: KnownName, { clusterName }: Rules): string {
  switch (name) {
    case 'workload.kind':
      return texts(
        "(variables.workloads.size() == 0 ? ['Pod'] : [string(variables.workloads[0].kind)])",
      );
    case 'workload.name':
      return `variables.workloads.size() == 0
      ? [{'valueFrom': dyn({'fieldRef': {'apiVersion': 'v1', 'fieldPath': 'metadata.name'}})}]
      : ${texts('[string(variables.workloads[0].name)]')}`;
    case 'container.name':
      return texts('[string(entry.container.name)]');
    case 'container.image':
      return texts("[string(entry.container.?image.orValue(''))]");
    case 'container.imageTag':
      return texts(`[string(entry.container.?image.orValue(''))]
      .filter(image, image.size() <= ${MAX_IMAGE_LENGTH} && image.matches(${celString(IMAGE_REFERENCE)}))
      .map(image, image.split('@'))
      .map(parts, parts + [parts[0].substring(parts[0].lastIndexOf('/') + 1)])
      .map(parts, parts[parts.size() - 1].contains(':')
        ? parts[parts.size() - 1].substring(parts[parts.size() - 1].indexOf(':') + 1)
        : parts.size() > 2 ? parts[1] : ${celString(DEFAULT_TAG)})`);
    case 'cluster.name':
      return clusterName === undefined ? '[]' : texts(`[${celString(clusterName)}]`);
  }
}

/** CEL for a map from each known name that profiles use to its values in the container of `entry`: one or none. */
export function knownValues(rules: Rules): string {
  const entries = usedNames(rules).map(
    (name) => `${celString(name)}: dyn(${expressionOf(name, rules)})`,
  );
  return `{\n    ${entries.join(',\n    ')}}`;
}

function usedNames({ profiles }: Rules): KnownName[] {
  const items = [...profiles.values()].flatMap(({ env }) => env);
  const used = new Set(items.flatMap(({ source }) => ('known' in source ? source.known : [])));
  return (Object.keys(KNOWN_NAMES) as KnownName[]).filter((name) => used.has(name));
}

/** Whether a variable can be left out because its source has no value. Each container has a name. */
function canBeMissing({ source }: EnvItem): boolean {
  return 'known' in source && source.known !== 'container.name';
}

/** The variables that can be left out, of all profiles: which one is used depends on the order of the request. */
export function missingNames(profiles: ReadonlyMap<string, Profile>): ReadonlySet<string> {
  const items = [...profiles.values()].flatMap(({ env }) => env);
  return new Set(items.filter(canBeMissing).map(({ name }) => name));
}

/** The variables whose absence removes a literal too. */
export function refersTo({ source }: EnvItem, missing: ReadonlySet<string>): string[] {
  if (!('literal' in source)) return [];
  return [...new Set(references(source.literal))].filter((name) => missing.has(name));
}

/** A literal that refers to such a literal: a policy cannot follow the references. */
export function chainedReferences({ profiles }: Rules): string[] {
  const missing = missingNames(profiles);
  const dependent = new Map(
    [...profiles.values()].flatMap(({ env }) =>
      env.flatMap((item) => refersTo(item, missing).map((of) => [item.name, of] as const)),
    ),
  );
  return [...profiles].flatMap(([name, { env }]) =>
    env.flatMap((item) => {
      const between = 'literal' in item.source ? references(item.source.literal) : [];
      return between
        .filter((one) => dependent.has(one))
        .map(
          (one) =>
            `profiles.${name}.env: ${item.name} refers to ${one}, which refers to ${dependent.get(one)}, and an admission policy cannot leave out both if ${dependent.get(one)} has no value; write the value of ${one} into ${item.name}`,
        );
    }),
  );
}
