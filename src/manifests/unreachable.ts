import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { annotationNameOf } from '../core/decision/annotations.ts';
import type { Rules } from '../core/decision/rules.ts';
import { groupOf } from '../core/decision/workload.ts';
import { isNamespace, objectsIn, type Path } from './objects.ts';
import { fieldPath, findWorkloads, nameOf, type Workload } from './workloads.ts';

/** A request where podherald finds no pod, or something else that a user should know about it. */
export interface Unreachable {
  /** Leads from the document to the annotations, or to the object. */
  readonly path: Path;
  readonly message: string;
}

/**
 * Finds the annotations of podherald that have no effect in a document, because they are neither on a pod, nor on a pod
 * template, nor on a Namespace. Annotations of a workload itself or of its Job template are left to `findMisplaced`.
 */
export function findUnreachable(
  value: Json | undefined,
  { annotationPrefix, podTemplates }: Rules,
): Unreachable[] {
  const requests = annotationsIn(value, annotationPrefix);
  if (requests.length === 0) return [];
  const workloads = findWorkloads(value, podTemplates);
  const reached = new Set([
    ...workloads.flatMap(pathsToTemplate).map(String),
    ...objectsIn(value)
      .filter(isNamespace)
      .map(({ path }) => String(path)),
  ]);
  const lost = requests.filter(({ path }) => !reached.has(String(path)));
  const removed = workloads.flatMap(({ apiVersion, path, templatePath }) => {
    const message = removedApi(apiVersion);
    const isRequested = requests.some((request) => String(request.path) === String(templatePath));
    return message !== undefined && isRequested ? [{ path, message }] : [];
  });
  return [...lost.map((request) => unreachable(value, request)), ...removed];
}

/** The paths of the object, of a Job template in it, and of the pod template. */
function pathsToTemplate({ path, templatePath }: Workload): Path[] {
  const inside = templatePath.slice(path.length);
  return [path, ...inside.map((_, index) => templatePath.slice(0, path.length + index + 1))];
}

/** An object with `metadata.annotations` that have keys of podherald. */
interface RequestAt {
  readonly path: Path;
  readonly keys: readonly string[];
}

function annotationsIn(value: Json | undefined, prefix: string, path: Path = []): RequestAt[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index) => annotationsIn(item, prefix, [...path, index]));
  }
  if (!isObject(value)) return [];
  const metadata = value['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  const keys = Object.keys(isObject(annotations) ? annotations : {}).filter((key) =>
    requests(key, prefix),
  );
  return [
    ...(keys.length === 0 ? [] : [{ path, keys }]),
    ...Object.entries(value).flatMap(([key, member]) =>
      key === 'metadata' ? [] : annotationsIn(member, prefix, [...path, key]),
    ),
  ];
}

/** podherald writes its status itself. */
function requests(key: string, prefix: string): boolean {
  const name = annotationNameOf(key, prefix);
  return name === 'inject-metadata' || name === 'inject-ambassador';
}

function unreachable(value: Json | undefined, { path, keys }: RequestAt): Unreachable {
  const { object, objectPath } = objectAround(value, path);
  const { kind, apiVersion } = object;
  const name = `${typeof kind === 'string' ? kind : 'the object'} ${nameOf(object)}`;
  const what = keys.join(', ');
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    const missing = typeof kind === 'string' ? 'apiVersion' : 'kind';
    return { path, message: `${name} has no ${missing}, so ${what} has no effect on it` };
  }
  const inside = fieldPath(path.slice(objectPath.length));
  if (inside === '') {
    return {
      path,
      message: `${name}: ${what} has no effect on this kind; set it on a pod, a pod template or a Namespace`,
    };
  }
  const group = groupOf(apiVersion);
  const hint =
    group === ''
      ? ''
      : `. If it is one, add podTemplates: {${kind}.${group}: ${starred(inside)}} to the config`;
  return {
    path,
    message: `${name}: ${what} at ${inside} has no effect: no pod template is known there${hint}`,
  };
}

/** Every item of a list, instead of one. */
function starred(path: string): string {
  const text = path.replace(/\[\d+\]/g, '[*]');
  return text.includes('[') ? `"${text}"` : text;
}

/** The object that holds a path: an item of a List, or the document. */
function objectAround(
  value: Json | undefined,
  path: Path,
): { object: JsonObject; objectPath: Path } {
  const around = objectsIn(value).find((found) =>
    found.path.every((key, index) => path[index] === key),
  );
  if (around !== undefined) return { object: around.object, objectPath: around.path };
  return { object: isObject(value) ? value : {}, objectPath: [] };
}

/** When Kubernetes removed the API versions of workloads (kubernetes.io/docs/reference/using-api/deprecation-guide). */
function removedApi(apiVersion: string): string | undefined {
  const [removed, use] = REMOVED[apiVersion] ?? [];
  return removed && `${apiVersion} was removed in Kubernetes ${removed}; use ${use}`;
}

const REMOVED: Readonly<Record<string, readonly [removed: string, use: string]>> = {
  'extensions/v1beta1': ['1.16', 'apps/v1'],
  'apps/v1beta1': ['1.16', 'apps/v1'],
  'apps/v1beta2': ['1.16', 'apps/v1'],
  'batch/v2alpha1': ['1.21', 'batch/v1'],
  'batch/v1beta1': ['1.25', 'batch/v1'],
};
