import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { objectAt } from './webhook-entries.ts';

/** Whoever makes a pod again when it is gone; a pod without one owns itself. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** The Deployment controller gives its pods this label, and ends its ReplicaSets' names in it. */
const TEMPLATE_HASH = 'pod-template-hash';

/** A pod's owner, as far as the pod itself tells. */
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

/** The owner that controls an object, if any does. */
export function controllerOf(object: JsonObject): Owner | undefined {
  const { ownerReferences } = objectAt(object, 'metadata');
  const owners: readonly Json[] = Array.isArray(ownerReferences) ? ownerReferences : [];
  const found = owners.filter(isObject).find(({ controller }) => controller === true);
  return found && { kind: String(found['kind']), name: String(found['name']) };
}
