import { DEFAULT_TAG, IMAGE_REFERENCE, MAX_IMAGE_LENGTH } from '../../core/api/image-reference.ts';
import { referencesOf } from '../../core/decision/decide-metadata.ts';
import { alwaysHasValue, sourceText } from '../../core/decision/env-source.ts';
import type { KnownName } from '../../core/decision/known-names.ts';
import { MAX_VALUE_LENGTH } from '../../core/decision/no-value.ts';
import {
  type CreationSource,
  type EnvItem,
  isCreationSource,
  type Profile,
  type SingleSource,
} from '../../core/decision/profiles.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { subscriptOf } from '../../core/decision/sources.ts';
import { CONVENTIONS, CRON_ENDING } from '../../core/decision/workload.ts';
import { toEnvVar } from '../../core/injection/downward-api.ts';
import { celLiteral, celString, celStrings } from './cel-literal.ts';
import { otelValue } from './otel-variables.ts';
import type { Variable } from './pod-variables.ts';

/** The length of `-29735040` at the end of the name of a CronJob's Job. */
const CRON_LENGTH = 9;

const TEMPLATE_HASHES = CONVENTIONS.flatMap((one) =>
  'label' in one ? [celStrings([one.workload, one.label, one.workloadGroup])] : [],
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
    .map(rule, {'kind': rule[0], 'group': rule[2], 'end': '-' + object.metadata.?labels[?rule[1]].orValue('')})
    .filter(rule, rule.end != '-' && owner.name.endsWith(rule.end) && owner.name.size() > rule.end.size())
    .map(rule, {'kind': rule.kind, 'group': rule.group, 'name': owner.name.substring(0, owner.name.size() - rule.end.size())}) +
    (owner.kind == 'Job' && owner.apiVersion.startsWith('batch/') && owner.name.matches(${celString(CRON_ENDING)})
      ? [{'kind': 'CronJob', 'group': 'batch', 'name': owner.name.substring(0, owner.name.size() - ${CRON_LENGTH})}]
      : []) +
    [{'kind': string(owner.kind), 'group': owner.apiVersion.contains('/') ? string(owner.apiVersion.split('/')[0]) : '',
      'name': string(owner.name)}])[0])`,
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

/** CEL for a list with a map of the value of a source in the container of `entry`, or an empty list. */
function valueExpression(source: SingleSource | CreationSource, rules: Rules): string {
  if ('known' in source) return expressionOf(source.known, rules);
  if ('otel' in source) return otelValue();
  if ('namespaceLabel' in source) {
    const key = celString(source.namespaceLabel);
    return texts(`[string(namespaceObject.metadata.?labels[?${key}].orValue(''))]`);
  }
  if ('firstOf' in source) {
    const all = source.firstOf.map((one) => `(${valueExpression(one, rules)})`);
    return `(${all.join(' +\n      ')})
      .transformList(index, found, index == 0, found)`;
  }
  const { valueFrom = null } = toEnvVar({ name: '', source });
  const present = `[{'valueFrom': dyn(${celLiteral(valueFrom)})}]`;
  const at = 'fieldRef' in source ? subscriptOf(source.fieldRef) : undefined;
  if (at === undefined) return present;
  return `object.metadata.?${at.map}[?${celString(at.key)}].orValue('') == '' ? [] : ${present}`;
}

/** CEL for a map from the text of each source that profiles use to its values in the container of `entry`: one or none. */
export function knownValues(rules: Rules): string {
  const entries = [...usedSources(rules.profiles)].map(([text, source]) => {
    const key = celString(text);
    return `${key}: dyn(!(${key} in variables.requestedSources) ? [] : ${valueExpression(source, rules)})`;
  });
  return `{\n    ${entries.join(',\n    ')}}`;
}

/** The sources of the requested variables: only their values are computed. */
export const REQUESTED_SOURCES: Variable = {
  name: 'requestedSources',
  comment: 'The sources whose values are known when the pod is created, and that the pod requests.',
  expression: 'variables.env.filter(variable, has(variable.known)).map(variable, variable.known)',
};

/** By their texts, in which the policy names them. */
function usedSources(profiles: Rules['profiles']): ReadonlyMap<string, CreationSource> {
  const sources = [...profiles.values()].flatMap(({ env }) => env.map(({ source }) => source));
  return new Map(sources.filter(isCreationSource).map((source) => [sourceText(source), source]));
}

/** Whether a variable can be left out because its source has no value. */
function canBeMissing({ source }: EnvItem): boolean {
  return isCreationSource(source) && !alwaysHasValue(source);
}

/** The variables that can be left out, of all profiles: which one is used depends on the order of the request. */
export function missingNames(profiles: ReadonlyMap<string, Profile>): ReadonlySet<string> {
  const items = [...profiles.values()].flatMap(({ env }) => env);
  return new Set(items.filter(canBeMissing).map(({ name }) => name));
}

/** The variables whose absence removes another one that refers to them. */
export function refersTo(item: EnvItem, missing: ReadonlySet<string>): string[] {
  return [...new Set(referencesOf(item))].filter((name) => missing.has(name));
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
      return referencesOf(item)
        .filter((one) => dependent.has(one))
        .map(
          (one) =>
            `profiles.${name}.env: ${item.name} refers to ${one}, which refers to ${dependent.get(one)}, and an admission policy cannot leave out both if ${dependent.get(one)} has no value; write the value of ${one} into ${item.name}`,
        );
    }),
  );
}
