import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * The fields of a Pod that podherald reads, as k8s.io/api/core/v1 spells them. All other fields,
 * also those of newer Kubernetes versions, stay in the JSON and are never read.
 *
 * In a manifest, null can stand for an absent list or map. The API server omits both.
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
  readonly hostNetwork?: Json;
  readonly hostPID?: Json;
  readonly shareProcessNamespace?: Json;
  readonly automountServiceAccountToken?: Json;
  readonly os?: Json;
  readonly nodeSelector?: Json;
  readonly securityContext?: Json;
}

export interface Container {
  readonly name: string;
  readonly env?: readonly EnvVar[] | null;
  readonly volumeMounts?: readonly VolumeMount[] | null;
  readonly volumeDevices?: readonly VolumeDevice[] | null;
  readonly terminationMessagePath?: Json;
  readonly args?: Json;
  readonly ports?: Json;
  readonly restartPolicy?: Json;
  readonly securityContext?: Json;
  readonly resources?: ResourceRequirements | null;
}

/** An EnvVar. Everything but the name is compared as JSON. */
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

/** A volume: a name, and one source under the key of its type. */
export interface Volume extends JsonObject {
  readonly name: string;
}

export interface ResourceRequirements {
  readonly requests?: Json;
  readonly limits?: JsonObject | null;
}

/** Why a JSON value is not a pod that podherald can work on. */
export interface MalformedPod {
  /** The first wrong field and what is wrong with it, such as `spec.containers is not a list`. */
  readonly malformed: string;
  readonly path: readonly (string | number)[];
}

/**
 * Checks the types of all fields that are read later, so that nothing else has to check them. It
 * does not validate the pod: that is the API server's task.
 *
 * @returns the same object, typed, or the first field that has another type.
 */
export function parsePod(object: unknown): Pod | MalformedPod {
  const wrong = isObject(object) ? checkPod(object) : shape([], 'is not an object');
  return wrong ?? (object as Pod);
}

/** Whether `parsePod` found a field of another type. */
export function isMalformed(pod: Pod | MalformedPod): pod is MalformedPod {
  return 'malformed' in pod;
}

function checkPod(pod: JsonObject): MalformedPod | undefined {
  const { spec, metadata } = pod;
  if (!isObject(spec)) return shape(['spec'], 'is not an object');
  if (!Array.isArray(spec.containers)) return shape(['spec', 'containers'], 'is not a list');
  if (spec.containers.length === 0) return shape(['spec', 'containers'], 'is empty');
  return (
    checkMetadata(metadata) ??
    checkContainers(spec, 'containers') ??
    checkContainers(spec, 'initContainers') ??
    checkList(spec, 'volumes', 'name', ['spec']) ??
    checkResources(spec, ['spec'])
  );
}

function checkMetadata(metadata: Json | undefined): MalformedPod | undefined {
  if (isAbsent(metadata)) return undefined;
  if (!isObject(metadata)) return shape(['metadata'], 'is not an object');
  const { annotations } = metadata;
  if (isAbsent(annotations)) return undefined;
  if (!isObject(annotations)) return shape(['metadata', 'annotations'], 'is not an object');
  for (const key of Object.keys(annotations)) {
    if (typeof annotations[key] !== 'string') {
      return shape(['metadata', 'annotations', key], 'is not a string; quote its value');
    }
  }
  return undefined;
}

function checkContainers(
  spec: JsonObject,
  list: 'containers' | 'initContainers',
): MalformedPod | undefined {
  const malformed = checkList(spec, list, 'name', ['spec']);
  const containers = spec[list];
  if (malformed !== undefined || !Array.isArray(containers)) return malformed;
  for (let index = 0; index < containers.length; index++) {
    const path = ['spec', list, index];
    const container: JsonObject = containers[index];
    const wrong =
      checkList(container, 'env', 'name', path) ??
      checkList(container, 'volumeMounts', 'mountPath', path) ??
      checkList(container, 'volumeDevices', 'devicePath', path) ??
      checkResources(container, path);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Checks a list of objects that each have a string under the key that identifies them. */
function checkList(
  owner: JsonObject,
  list: string,
  key: string,
  path: MalformedPod['path'],
): MalformedPod | undefined {
  const items = owner[list];
  if (isAbsent(items)) return undefined;
  if (!Array.isArray(items)) return shape([...path, list], 'is not a list');
  for (let index = 0; index < items.length; index++) {
    const item: unknown = items[index];
    if (!isObject(item)) return shape([...path, list, index], 'is not an object');
    if (typeof item[key] !== 'string') return shape([...path, list, index, key], 'is not a string');
  }
  return undefined;
}

function checkResources(owner: JsonObject, path: MalformedPod['path']): MalformedPod | undefined {
  const { resources } = owner;
  if (isAbsent(resources)) return undefined;
  if (!isObject(resources)) return shape([...path, 'resources'], 'is not an object');
  if (isAbsent(resources.limits) || isObject(resources.limits)) return undefined;
  return shape([...path, 'resources', 'limits'], 'is not an object');
}

function isAbsent(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function shape(path: MalformedPod['path'], sentence: string): MalformedPod {
  const place = path.map(step).join('').replace(/^\./, '');
  return { path, malformed: `${place || 'the pod'} ${sentence}` };
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
