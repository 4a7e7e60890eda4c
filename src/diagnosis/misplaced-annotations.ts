import { isObject, type Json } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';
import { ANNOTATION_KEYS, annotationNameOf } from '../core/decision/annotations.ts';
import { unknownKeyHint } from '../core/decision/read-annotations.ts';
import { fieldPath, type Workload } from '../manifests/workloads.ts';
import { annotationsOf, type Owner } from './object-metadata.ts';

/** An annotation of podherald on a workload, where it has no effect. */
export interface MisplacedAnnotation {
  readonly key: string;
  readonly value: string;
  /** The pod template sets another value, which is used. */
  readonly overridden?: true;
  /** The key is unknown. `hint` is the end of a sentence that names the nearest known key, or empty. */
  readonly unknown?: { readonly hint: string };
}

/** All misplaced annotations of one workload. */
export interface MisplacedAnnotations {
  readonly owner: Owner;
  /** The path of the pod template in the owner, such as `spec.template`. */
  readonly templatePath: string;
  readonly annotations: readonly MisplacedAnnotation[];
}

/**
 * The annotations of podherald that are set on a workload instead of its pod template: the most
 * common mistake. The same value on both is not a mistake, because some tools annotate both.
 */
export function findMisplaced(
  { kind, name, annotations, template, path, templatePath }: Workload,
  prefix: string,
): MisplacedAnnotations | undefined {
  if (kind === 'Pod') return undefined;
  const ofTemplate = annotationsOf(isObject(template) ? template : undefined);
  const misplaced = Object.entries(annotations).flatMap(([key, value]) =>
    misplacedAnnotation(key, value, ofTemplate, prefix),
  );
  if (misplaced.length === 0) return undefined;
  return {
    owner: { kind, name },
    templatePath: fieldPath(templatePath.slice(path.length)),
    annotations: misplaced,
  };
}

function misplacedAnnotation(
  key: string,
  json: Json | undefined,
  ofTemplate: Annotations,
  prefix: string,
): MisplacedAnnotation[] {
  const value = String(json);
  const name = annotationNameOf(key, prefix);
  if (name === undefined) {
    const hint = unknownKeyHint(key, prefix);
    if (hint === undefined || Object.hasOwn(ofTemplate, key)) return [];
    return [{ key, value, unknown: { hint } }];
  }
  if (ANNOTATION_KEYS[name].on.length === 0) return [];
  const same = Object.keys(ofTemplate).filter((other) => annotationNameOf(other, prefix) === name);
  if (same.length === 0) return [{ key, value }];
  return same.some((other) => meansSame(ofTemplate[other], value))
    ? []
    : [{ key, value, overridden: true }];
}

/** Case and spaces around a value do not matter. */
function meansSame(one: string | undefined, other: string): boolean {
  return one?.trim().toLowerCase() === other.trim().toLowerCase();
}

/**
 * What is wrong, one sentence for each kind of mistake.
 *
 * @param workload what to call the workload: `the Deployment`, or `Deployment web` if the context
 *   does not name it.
 */
export function misplacedSentences(
  { owner, templatePath, annotations }: MisplacedAnnotations,
  workload = `the ${owner.kind}`,
): string[] {
  const template = `the pod template (${templatePath}.metadata.annotations)`;
  const place = owner.kind === 'CronJob' ? `${workload} or its jobTemplate` : workload;
  const noEffect = `on ${place}: no effect on its pods`;
  const plain = annotations.filter(({ unknown, overridden }) => !unknown && !overridden);
  const keys = plain.map(({ key }) => key).join(', ');
  return [
    ...(plain.length === 0
      ? []
      : [`${keys} ${noEffect}; set ${plain.length === 1 ? 'it' : 'them'} on ${template}`]),
    ...annotations
      .filter(({ overridden }) => overridden)
      .map(({ key }) => `${key} ${noEffect}; ${template} sets another value, which is used`),
    ...annotations.flatMap(({ key, unknown }) =>
      unknown === undefined
        ? []
        : `${key} on ${place}: not an annotation of podherald${unknown.hint}`,
    ),
  ];
}
