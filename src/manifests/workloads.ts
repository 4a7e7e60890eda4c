import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { type AddOperation, escapeToken } from '../core/api/json-patch.ts';
import type { Namespace, Origin } from '../core/decision/namespace.ts';
import type { PodTemplatePaths } from '../core/decision/rules.ts';
import { groupOf } from '../core/decision/workload.ts';
import { type ManifestObject, objectsIn, type Path } from './objects.ts';

/** A Pod, or a workload with a pod template, in a document. */
export interface Workload {
  readonly kind: string;
  readonly apiVersion: string;
  /** `metadata.name`; `web-*` for a `generateName` of `web-`, and `(no name)` without either. */
  readonly name: string;
  /** Whether it has a `metadata.name`. */
  readonly hasName: boolean;
  /** `metadata.namespace`; undefined if the object names none. */
  readonly namespace: string | undefined;
  /** The path of the template, such as `spec.jobs[0].template`, if the object has several. */
  readonly part?: string;
  /** Leads from the document to the object; empty unless the object is an item of a List. */
  readonly path: Path;
  /** Leads from the document to the Pod itself or to the pod template. */
  readonly templatePath: Path;
  /** The Pod itself or the pod template; undefined if the object has none. */
  readonly template: Json | undefined;
  /** The annotations of the object and of a Job template in it. Unless it is a Pod, podherald does not read them. */
  readonly annotations: JsonObject;
  /** The field of a Job, beside the template. */
  readonly podFailurePolicy?: Json;
}

/** Leads from an object of each kind to its pod template. */
const TEMPLATE_PATHS: ReadonlyMap<string, Path> = new Map([
  ['Pod', []],
  ['PodTemplate', ['template']],
  ['ReplicationController', ['spec', 'template']],
  ['Deployment', ['spec', 'template']],
  ['ReplicaSet', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['DaemonSet', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
]);

/** Other API groups may use the same kinds with a different schema. */
const GROUPS = new Set(['', 'apps', 'batch']);

/** Where most custom kinds have their pod template, such as Rollout, CloneSet and Knative's Service. */
const USUAL_PATH: Path = ['spec', 'template'];

const NO_PATHS: PodTemplatePaths = new Map();

/**
 * Finds every Pod and pod template of a document, including the items of Lists.
 *
 * @param paths where custom kinds have their pod templates. A kind that is not in it has one at `spec.template`, if
 *   there is a list of containers.
 */
export function findWorkloads(
  value: Json | undefined,
  paths: PodTemplatePaths = NO_PATHS,
): Workload[] {
  return objectsIn(value).flatMap((found) => {
    const templates = templatePathsOf(found, paths);
    return templates.map((path) => toWorkload(found, path, templates.length > 1));
  });
}

function templatePathsOf(found: ManifestObject, paths: PodTemplatePaths): Path[] {
  const { kind, object } = found;
  const group = groupOf(found.apiVersion);
  const known = GROUPS.has(group) ? TEMPLATE_PATHS.get(kind) : undefined;
  if (known !== undefined) return [known];
  const own = paths.get(`${kind}.${group}`);
  if (own !== undefined) return own.flatMap((path) => expand(object, path));
  return Array.isArray(valueAt(object, [...USUAL_PATH, 'spec', 'containers'])) ? [USUAL_PATH] : [];
}

/** The paths that exist in an object: one for each item of each list that `*` stands for. */
function expand(object: Json, path: readonly string[]): Path[] {
  let found: { path: Path; value: Json }[] = [{ path: [], value: object }];
  for (const field of path) {
    found = found.flatMap(({ path: before, value }) => {
      if (field !== '*') {
        const member = isObject(value) ? value[field] : undefined;
        return member === undefined ? [] : [{ path: [...before, field], value: member }];
      }
      if (!Array.isArray(value)) return [];
      return value.map((item: Json, index) => ({ path: [...before, index], value: item }));
    });
  }
  return found.map((one) => one.path);
}

function toWorkload(
  { kind, apiVersion, object, path }: ManifestObject,
  templatePath: Path,
  isOneOfSeveral: boolean,
): Workload {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const podFailurePolicy = valueAt(object, [...templatePath.slice(0, -1), 'podFailurePolicy']);
  return {
    kind,
    apiVersion,
    name: nameOf(object),
    hasName: nonEmptyString(metadata['name']) !== undefined,
    namespace: nonEmptyString(metadata['namespace']),
    ...(isOneOfSeveral && { part: fieldPath(templatePath) }),
    path,
    templatePath: [...path, ...templatePath],
    template: valueAt(object, templatePath),
    annotations: annotationsAround(object, templatePath),
    ...(podFailurePolicy !== undefined && { podFailurePolicy }),
  };
}

/** The annotations of the object and, in a CronJob, of its Job template. The object's own come last, so they win. */
function annotationsAround(object: JsonObject, templatePath: Path): JsonObject {
  const lengths = templatePath.length === 0 ? [0] : templatePath.map((_, length) => length);
  const all = lengths.reverse().map((length) => {
    const found = valueAt(object, [...templatePath.slice(0, length), 'metadata', 'annotations']);
    return isObject(found) ? found : {};
  });
  return Object.assign({}, ...all);
}

/** The name of an object in a message; `web-*` for a `generateName` of `web-`, and `(no name)` without either. */
export function nameOf({ metadata }: JsonObject): string {
  const { name, generateName } = isObject(metadata) ? metadata : {};
  const prefix = nonEmptyString(generateName);
  return nonEmptyString(name) ?? (prefix ? `${prefix}*` : '(no name)');
}

/** A path as people write it: `spec.jobs[0].template`. */
export function fieldPath(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1);
}

function nonEmptyString(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function valueAt(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => {
    if (typeof key === 'number') return Array.isArray(inner) ? inner[key] : undefined;
    return isObject(inner) ? inner[key] : undefined;
  }, value);
}

/** Where the pods of a workload are created, and by what. A Pod names its controller itself. */
export function originOf(namespace: Namespace, workload: Workload): Origin {
  const { apiVersion, kind, name, hasName } = workload;
  if (kind === 'Pod' && workload.templatePath.length === workload.path.length) return namespace;
  return { ...namespace, owner: { apiVersion, kind, name: hasName ? name : undefined } };
}

/** The workload in a message, such as `Deployment shop/web`. */
export function displayName({ kind, namespace, name, part }: Workload): string {
  const place = part === undefined ? '' : ` (${part})`;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}${place}`;
}

/** Turns an operation on a Pod or pod template into one on the document that contains it. */
export function toDocumentOperation(workload: Workload, add: AddOperation): AddOperation {
  return { ...add, path: toDocumentPointer(workload, add.path) };
}

/** Turns a JSON Pointer into a Pod or pod template into one into the document that contains it. */
export function toDocumentPointer({ templatePath }: Workload, pointer: string): string {
  return templatePath.map((key) => `/${escapeToken(String(key))}`).join('') + pointer;
}
