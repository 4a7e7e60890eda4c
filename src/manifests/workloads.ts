import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { type AddOperation, escapeToken } from '../core/api/json-patch.ts';
import { type ManifestObject, objectsIn, type Path } from './objects.ts';

/** A Pod, or a workload with a pod template, in a document. */
export interface Workload {
  readonly kind: string;
  /** `metadata.name`; `web-*` for a `generateName` of `web-`, and `(no name)` without either. */
  readonly name: string;
  /** `metadata.namespace`; undefined if the object names none. */
  readonly namespace: string | undefined;
  /** Leads from the document to the object; empty unless the object is an item of a List. */
  readonly path: Path;
  /** Leads from the document to the Pod itself or to the pod template. */
  readonly templatePath: Path;
  /** The Pod itself or the pod template; undefined if the object has none. */
  readonly template: Json | undefined;
  /** The object's own annotations. Unless it is a Pod, podherald does not read them. */
  readonly annotations: JsonObject;
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

/** Finds every Pod and workload of a document, including the items of Lists. */
export function findWorkloads(value: Json | undefined): Workload[] {
  return objectsIn(value).flatMap((found) => {
    const templatePath = TEMPLATE_PATHS.get(found.kind);
    if (templatePath === undefined || !GROUPS.has(groupOf(found.apiVersion))) return [];
    return toWorkload(found, templatePath);
  });
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}

function toWorkload({ kind, object, path }: ManifestObject, templatePath: Path): Workload {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const { annotations } = metadata;
  const generateName = nonEmptyString(metadata['generateName']);
  return {
    kind,
    name: nonEmptyString(metadata['name']) ?? (generateName ? `${generateName}*` : '(no name)'),
    namespace: nonEmptyString(metadata['namespace']),
    path,
    templatePath: [...path, ...templatePath],
    template: valueAt(object, templatePath),
    annotations: isObject(annotations) ? annotations : {},
  };
}

function nonEmptyString(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function valueAt(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (isObject(inner) ? inner[key] : undefined),
    value,
  );
}

/** The workload in a message, such as `Deployment shop/web`. */
export function displayName({ kind, namespace, name }: Workload): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Turns an operation on a Pod or pod template into one on the document that contains it. */
export function toDocumentOperation(workload: Workload, add: AddOperation): AddOperation {
  return { ...add, path: toDocumentPointer(workload, add.path) };
}

/** Turns a JSON Pointer into a Pod or pod template into one into the document that contains it. */
export function toDocumentPointer({ templatePath }: Workload, pointer: string): string {
  return templatePath.map((key) => `/${escapeToken(String(key))}`).join('') + pointer;
}
