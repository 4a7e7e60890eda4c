import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * The parts of a Pod that podherald reads, as k8s.io/api/core/v1 spells them. All else of a pod,
 * fields newer than this file included, stays in the JSON and is never looked at.
 *
 * null is what an absent list or map may look like in a manifest; the API server leaves both out.
 */
export interface Pod {
  readonly metadata?: ObjectMeta | null;
  readonly spec: PodSpec;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly annotations?: Annotations | null;
}

export type Annotations = Readonly<Record<string, string>>;

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[] | null;
  readonly volumes?: readonly Volume[] | null;
  readonly resources?: ResourceRequirements | null;
}

export interface Container {
  readonly name: string;
  readonly env?: readonly EnvVar[] | null;
  readonly volumeMounts?: readonly VolumeMount[] | null;
  readonly volumeDevices?: readonly VolumeDevice[] | null;
  readonly resources?: ResourceRequirements | null;
}

/** An EnvVar as the user may have written it: everything but the name is compared as JSON. */
export interface EnvVar {
  readonly name: string;
  readonly value?: Json;
  readonly valueFrom?: Json;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: Json;
}

export interface VolumeDevice {
  readonly devicePath: string;
}

/** A volume: a name and, under the key of its type, one source. */
export interface Volume extends JsonObject {
  readonly name: string;
}

export interface ResourceRequirements {
  readonly limits?: JsonObject | null;
}

/** A JSON value that is not a pod podherald can work on, and where it stops being one. */
export interface MalformedPod {
  readonly malformed: string;
}

/**
 * Looks once at everything that is read later, so that nothing behind this door has to doubt its
 * input. It does not validate the pod: that is the API server's task.
 *
 * @returns the same object, typed, or the first place that has another shape.
 */
export function parsePod(object: unknown): Pod | MalformedPod {
  const malformed = isObject(object) ? checkPod(object) : 'is not an object';
  return malformed === undefined ? (object as unknown as Pod) : { malformed };
}

export function isMalformed(pod: Pod | MalformedPod): pod is MalformedPod {
  return 'malformed' in pod;
}

function checkPod(pod: JsonObject): string | undefined {
  const { spec, metadata } = pod;
  if (!isObject(spec)) return 'spec is not an object';
  if (!Array.isArray(spec.containers)) return 'spec.containers is not a list';
  if (spec.containers.length === 0) return 'spec.containers is empty';
  return (
    checkMetadata(metadata) ??
    checkContainers(spec.containers, 'spec.containers') ??
    checkContainers(spec.initContainers, 'spec.initContainers') ??
    checkList(spec.volumes, 'spec.volumes', 'name') ??
    checkResources(spec, 'spec')
  );
}

function checkMetadata(metadata: Json | undefined): string | undefined {
  if (isAbsent(metadata)) return undefined;
  if (!isObject(metadata)) return 'metadata is not an object';
  const { annotations } = metadata;
  if (isAbsent(annotations)) return undefined;
  if (!isObject(annotations)) return 'metadata.annotations is not an object';
  for (const key of Object.keys(annotations)) {
    if (typeof annotations[key] !== 'string') {
      return `metadata.annotations[${JSON.stringify(key)}] is not a string; quote its value`;
    }
  }
  return undefined;
}

function checkContainers(containers: Json | undefined, path: string): string | undefined {
  const malformed = checkList(containers, path, 'name');
  if (malformed !== undefined || !Array.isArray(containers)) return malformed;
  for (const [index, container] of containers.entries()) {
    const place = `${path}[${index}]`;
    const wrong =
      checkList(container.env, `${place}.env`, 'name') ??
      checkList(container.volumeMounts, `${place}.volumeMounts`, 'mountPath') ??
      checkList(container.volumeDevices, `${place}.volumeDevices`, 'devicePath') ??
      checkResources(container, place);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function checkList(list: Json | undefined, path: string, key: string): string | undefined {
  if (isAbsent(list)) return undefined;
  if (!Array.isArray(list)) return `${path} is not a list`;
  for (let index = 0; index < list.length; index++) {
    const item: unknown = list[index];
    if (!isObject(item)) return `${path}[${index}] is not an object`;
    if (typeof item[key] !== 'string') return `${path}[${index}].${key} is not a string`;
  }
  return undefined;
}

function checkResources(owner: JsonObject, path: string): string | undefined {
  const { resources } = owner;
  if (isAbsent(resources)) return undefined;
  if (!isObject(resources)) return `${path}.resources is not an object`;
  if (isAbsent(resources.limits) || isObject(resources.limits)) return undefined;
  return `${path}.resources.limits is not an object`;
}

function isAbsent(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}
