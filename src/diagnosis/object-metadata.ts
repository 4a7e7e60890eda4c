import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';

/** The controller that re-creates a pod when it is gone, or the pod itself if it has none. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** The label that the Deployment controller sets on its pods. The name of its ReplicaSet ends in the value. */
const TEMPLATE_HASH = 'pod-template-hash';

/**
 * The owner of a pod, as far as the pod itself shows it: a Deployment instead of its ReplicaSet, but
 * a Job instead of its CronJob.
 */
export function ownerOf(pod: JsonObject): Owner {
  const metadata = objectAt(pod, 'metadata');
  const controller = controllerOf(pod);
  if (controller === undefined) return { kind: 'Pod', name: String(metadata['name']) };
  const hash = objectAt(metadata, 'labels')[TEMPLATE_HASH];
  const ending = `-${String(hash)}`;
  const isOfDeployment = controller.kind === 'ReplicaSet' && controller.name.endsWith(ending);
  if (!isOfDeployment) return controller;
  return { kind: 'Deployment', name: controller.name.slice(0, -ending.length) };
}

/** The `ownerReference` with `controller: true` of an object, if it has one. */
export function controllerOf(object: JsonObject): Owner | undefined {
  const controller = objectsAt(objectAt(object, 'metadata'), 'ownerReferences').find(
    (reference) => reference['controller'] === true,
  );
  return controller && { kind: String(controller['kind']), name: String(controller['name']) };
}

/** The annotations of an object. Values that are not strings are left out. */
export function annotationsOf(object: JsonObject | undefined): Annotations {
  return stringsAt(object, 'annotations');
}

/** The labels of an object. Values that are not strings are left out. */
export function labelsOf(object: JsonObject | undefined): Readonly<Record<string, string>> {
  return stringsAt(object, 'labels');
}

function stringsAt(object: JsonObject | undefined, key: string): Annotations {
  const strings = Object.entries(objectAt(objectAt(object ?? {}, 'metadata'), key)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(strings);
}

/** The object at a key, or an empty one if there is none. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

/** The objects of the list at a key, or an empty list if there is none. */
export function objectsAt(object: JsonObject, key: string): JsonObject[] {
  const list: Json | undefined = object[key];
  return Array.isArray(list) ? list.filter(isObject) : [];
}
