import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { type AddOperation, escapeToken } from '../core/api/json-patch.ts';
import { type ManifestObject, objectsIn, type Path } from './objects.ts';

/** A pod, or the pod template of a workload, in a document. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  /** Undefined where the object names none. */
  readonly namespace: string | undefined;
  /** Of the object in its document; not empty inside a List. */
  readonly path: Path;
  /** Of the pod or the pod template, in the document. */
  readonly templatePath: Path;
  readonly template: Json | undefined;
  /** The object's own annotations, which nobody but its owner reads unless it is a pod. */
  readonly annotations: JsonObject;
}

/** Where each kind keeps its pod template. */
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

/** The kinds of other groups may be called the same and look otherwise. */
const GROUPS = new Set(['', 'apps', 'batch']);

/** Every pod and workload of a document, those inside of Lists included. */
export function findWorkloads(value: Json | undefined): Workload[] {
  return objectsIn(value).flatMap((found) => {
    const templatePath = TEMPLATE_PATHS.get(found.kind);
    if (templatePath === undefined || !GROUPS.has(groupOf(found.apiVersion))) return [];
    return describe(found, templatePath);
  });
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}

function describe({ kind, object, path }: ManifestObject, templatePath: Path): Workload {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const { name, generateName, namespace, annotations } = metadata;
  return {
    kind,
    name: text(name) ?? (text(generateName) === undefined ? '(no name)' : `${generateName}*`),
    namespace: text(namespace),
    path,
    templatePath: [...path, ...templatePath],
    template: at(object, templatePath),
    annotations: isObject(annotations) ? annotations : {},
  };
}

function at(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (isObject(inner) ? inner[key] : undefined),
    value,
  );
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An operation on a pod or pod template as one on the document that it stands in. */
export function below(workload: Workload, add: AddOperation): AddOperation {
  return { ...add, path: pathBelow(workload, add.path) };
}

/** A JSON Pointer into a pod or pod template as one into the document that it stands in. */
export function pathBelow({ templatePath }: Workload, path: string): string {
  return templatePath.map((key) => `/${escapeToken(String(key))}`).join('') + path;
}
