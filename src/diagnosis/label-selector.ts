import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import type { Labels } from '../core/api/pod.ts';
import { objectsAt } from './object-metadata.ts';

/** One requirement of a LabelSelector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/**
 * The first requirement of a LabelSelector that labels do not meet; undefined if it selects them. An
 * absent or empty selector selects everything (k8s.io/apimachinery pkg/apis/meta/v1/helpers.go).
 */
export function unmetRequirement(
  selector: Json | undefined,
  labels: Labels,
): LabelRequirement | undefined {
  return requirementsOf(selector).find((requirement) => !isMet(requirement, labels));
}

/** The label keys in the requirements of a LabelSelector. */
export function keysOf(selector: Json | undefined): string[] {
  return requirementsOf(selector).map(({ key }) => key);
}

function requirementsOf(selector: Json | undefined): LabelRequirement[] {
  if (!isObject(selector)) return [];
  const { matchLabels } = selector;
  const equal = isObject(matchLabels) ? Object.entries(matchLabels) : [];
  return [
    ...equal.map(([key, value]) => ({ key, operator: 'In', values: [String(value)] })),
    ...objectsAt(selector, 'matchExpressions').map(requirement),
  ];
}

function requirement({ key, operator, values }: JsonObject): LabelRequirement {
  return {
    key: String(key),
    operator: String(operator),
    values: Array.isArray(values) ? values.map(String) : [],
  };
}

/** An absent label is in no list, so it meets NotIn. */
function isMet({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** Such as `kubernetes.io/metadata.name not in (kube-system)`. */
export function requirementText({ key, operator, values }: LabelRequirement): string {
  const list = `(${values.join(', ')})`;
  if (operator === 'In') return `${key} in ${list}`;
  if (operator === 'NotIn') return `${key} not in ${list}`;
  return operator === 'Exists' ? `${key} exists` : `${key} does not exist`;
}
