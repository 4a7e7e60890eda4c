import { isDeeperThan, isObject, type Json, type JsonObject } from './json.ts';
import type { Annotations, Pod, Volume } from './pod.ts';
import { ANNOTATIONS_LIMIT_BYTES, annotationsFit, surelyFits } from './sizes.ts';

/** Why a JSON value is not a pod that podherald can work on. */
export interface MalformedPod {
  /** The first wrong field and what is wrong with it, such as `spec.containers is not a list`. */
  readonly malformed: string;
  readonly path: readonly (string | number)[];
}

/**
 * Checks the types of all fields that are read later, so that nothing else has to check them. Of
 * what the API server validates it checks only what would make the work on a pod quadratic: names
 * of containers that are not unique, and annotations that are too large.
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
    checkUniqueNames(spec) ??
    checkVolumes(spec) ??
    checkResources(spec, ['spec'])
  );
}

function checkMetadata(metadata: Json | undefined): MalformedPod | undefined {
  if (isAbsent(metadata)) return undefined;
  if (!isObject(metadata)) return shape(['metadata'], 'is not an object');
  const { annotations } = metadata;
  if (isAbsent(annotations)) return undefined;
  if (!isObject(annotations)) return shape(['metadata', 'annotations'], 'is not an object');
  let units = 0;
  for (const key of Object.keys(annotations)) {
    const value = annotations[key];
    if (typeof value !== 'string') {
      return shape(['metadata', 'annotations', key], 'is not a string; quote its value');
    }
    units += key.length + value.length;
  }
  if (surelyFits(units) || annotationsFit(annotations as Annotations)) return undefined;
  const limit = `has more than ${ANNOTATIONS_LIMIT_BYTES} bytes`;
  return shape(['metadata', 'annotations'], limit);
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
      checkList(container, 'volumeMounts', 'name', path) ??
      checkList(container, 'volumeDevices', 'devicePath', path) ??
      checkStrings(container, 'args', path) ??
      checkResources(container, path);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The API server rejects a name that two containers have, init containers included. */
function checkUniqueNames(spec: JsonObject): MalformedPod | undefined {
  const { containers, initContainers } = spec as unknown as Pod['spec'];
  if (containers.length === 1 && !initContainers?.length) return undefined;
  const names = new Set<string>();
  for (const list of ['containers', 'initContainers'] as const) {
    const items = (list === 'containers' ? containers : initContainers) ?? [];
    for (let index = 0; index < items.length; index++) {
      names.add(items[index]?.name ?? '');
      const expected = index + 1 + (list === 'containers' ? 0 : containers.length);
      if (names.size < expected) return shape(['spec', list, index, 'name'], 'is not unique');
    }
  }
  return undefined;
}

/** More levels than a volume of any type has. A comparison of much deeper ones exhausts the stack. */
const MAX_VOLUME_LEVELS = 20;

/** Besides the names, only downwardAPI volumes are read: they may be equal to an injected one. */
function checkVolumes(spec: JsonObject): MalformedPod | undefined {
  const malformed = checkList(spec, 'volumes', 'name', ['spec']);
  const { volumes } = spec;
  if (malformed !== undefined || !Array.isArray(volumes)) return malformed;
  for (const [index, volume] of (volumes as readonly Volume[]).entries()) {
    const { downwardAPI } = volume;
    if (!isObject(downwardAPI)) continue;
    if (isDeeperThan(MAX_VOLUME_LEVELS, volume)) {
      return shape(['spec', 'volumes', index], `has more than ${MAX_VOLUME_LEVELS} nested levels`);
    }
    const path = ['spec', 'volumes', index, 'downwardAPI'];
    const wrong = checkList(downwardAPI, 'items', 'path', path) ?? checkDivisors(downwardAPI, path);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function checkDivisors(
  { items }: JsonObject,
  path: MalformedPod['path'],
): MalformedPod | undefined {
  if (!Array.isArray(items)) return undefined;
  for (const [index, { resourceFieldRef }] of (items as readonly JsonObject[]).entries()) {
    const divisor = isObject(resourceFieldRef) ? resourceFieldRef['divisor'] : undefined;
    if (isQuantity(divisor)) continue;
    return shape([...path, 'items', index, 'resourceFieldRef', 'divisor'], 'is not a quantity');
  }
  return undefined;
}

/** Kubernetes reads a number as a quantity too. */
function isQuantity(value: Json | undefined): boolean {
  return isAbsent(value) || typeof value === 'string' || typeof value === 'number';
}

function checkStrings(
  owner: JsonObject,
  list: string,
  path: MalformedPod['path'],
): MalformedPod | undefined {
  return checkItems(owner, list, path, (item, at) =>
    typeof item === 'string' ? undefined : shape([...path, list, at], 'is not a string'),
  );
}

/** Checks a list of objects that each have a string under the key that identifies them. */
function checkList(
  owner: JsonObject,
  list: string,
  key: string,
  path: MalformedPod['path'],
): MalformedPod | undefined {
  return checkItems(owner, list, path, (item, at) => {
    if (!isObject(item)) return shape([...path, list, at], 'is not an object');
    if (typeof item[key] === 'string') return undefined;
    return shape([...path, list, at, key], 'is not a string');
  });
}

/** @returns the first result of `check`; undefined also if there is no list. */
function checkItems(
  owner: JsonObject,
  list: string,
  path: MalformedPod['path'],
  check: (item: unknown, index: number) => MalformedPod | undefined,
): MalformedPod | undefined {
  const items = owner[list];
  if (isAbsent(items)) return undefined;
  if (!Array.isArray(items)) return shape([...path, list], 'is not a list');
  for (let index = 0; index < items.length; index++) {
    const malformed = check(items[index], index);
    if (malformed !== undefined) return malformed;
  }
  return undefined;
}

function checkResources(owner: JsonObject, path: MalformedPod['path']): MalformedPod | undefined {
  const { resources } = owner;
  if (isAbsent(resources)) return undefined;
  if (!isObject(resources)) return shape([...path, 'resources'], 'is not an object');
  for (const kind of ['requests', 'limits'] as const) {
    const amounts = resources[kind];
    if (isAbsent(amounts)) continue;
    if (!isObject(amounts)) return shape([...path, 'resources', kind], 'is not an object');
    const wrong = Object.keys(amounts).find((name) => !isQuantity(amounts[name]));
    if (wrong === undefined) continue;
    return shape([...path, 'resources', kind, wrong], 'is not a quantity');
  }
  return undefined;
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
