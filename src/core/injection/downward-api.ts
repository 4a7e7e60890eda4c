import { isObject, type Json, type JsonObject, sameJson, sortedJson } from '../api/json.ts';
import type { EnvVar, Volume, VolumeMount } from '../api/pod.ts';
import { sourceText } from '../decision/env-source.ts';
import {
  type EnvItem,
  type FileItem,
  isCreationSource,
  type ResourceSource,
} from '../decision/profiles.ts';

/** 0644, in decimal as the API server stores it. */
const DEFAULT_MODE = 420;

/**
 * The EnvVars of each list of items. A profile that is requested alone gives the same list for
 * every container of every pod (see decide-metadata.ts), so its EnvVars are built once per config.
 */
const knownEnv = new WeakMap<readonly EnvItem[], readonly EnvVar[]>();

/**
 * Items as EnvVars. A resource without `containerName` means the container that has the variable, so
 * they are the same for all containers.
 *
 * @param items without sources that `resolveEnv` has to replace.
 */
export function toEnv(items: readonly EnvItem[]): readonly EnvVar[] {
  const known = knownEnv.get(items) ?? items.map(toEnvVar);
  knownEnv.set(items, known);
  return known;
}

/** An item as an EnvVar. */
export function toEnvVar({ name, source }: EnvItem): EnvVar {
  if ('literal' in source) return { name, value: source.literal };
  if (isCreationSource(source)) throw new Error(`${sourceText(source)} has not been resolved`);
  if ('fieldRef' in source) {
    return { name, valueFrom: { fieldRef: fieldSelector(source.fieldRef) } };
  }
  const { resource, divisor } = source;
  return { name, valueFrom: { resourceFieldRef: { resource, divisor } } };
}

/** A downwardAPI volume with all files. Its resource items name the given container. */
export function toVolume(name: string, files: readonly FileItem[], container: string): Volume {
  const items = files.map(({ path, source }) =>
    'fieldRef' in source
      ? { path, fieldRef: fieldSelector(source.fieldRef) }
      : { path, resourceFieldRef: containerResource(container, source) },
  );
  return { name, downwardAPI: { items, defaultMode: DEFAULT_MODE } };
}

/** A read-only mount of a volume at an absolute path. */
export function toVolumeMount(volume: string, mountPath: string): VolumeMount {
  return { name: volume, readOnly: true, mountPath };
}

function fieldSelector(fieldPath: string): JsonObject {
  return { apiVersion: 'v1', fieldPath };
}

function containerResource(containerName: string, source: ResourceSource): JsonObject {
  return { containerName, resource: source.resource, divisor: source.divisor };
}

/** Whether two EnvVars are equal after the API server's defaults. */
export function sameEnvVar(written: EnvVar, ours: EnvVar): boolean {
  return sameJson(withEnvDefaults(written), withEnvDefaults(ours));
}

function withEnvDefaults(variable: EnvVar): Json {
  const { valueFrom, value, ...rest } = variable as EnvVar & JsonObject;
  if (isObject(valueFrom)) return { ...rest, valueFrom: withSourceDefaults(valueFrom) };
  return { ...rest, value: value ?? '' };
}

/** Whether two volumes contain the same files, with any names and in any order. */
export function sameFiles(one: Volume, other: Volume): boolean {
  const key = filesKey(one);
  return key !== undefined && key === filesKey(other);
}

/** A text that is equal for volumes that contain the same files; undefined for other volumes. */
export function filesKey({ name: _, downwardAPI, ...rest }: Volume): string | undefined {
  if (!isObject(downwardAPI)) return undefined;
  const items = Array.isArray(downwardAPI.items) ? downwardAPI.items.filter(isObject) : [];
  const sorted = items.map(withSourceDefaults).map(sortedJson).sort();
  return sortedJson({
    ...rest,
    downwardAPI: { defaultMode: DEFAULT_MODE, ...downwardAPI, items: sorted },
  });
}

/**
 * A missing apiVersion is v1; a divisor that is missing or 0 is 1 (pkg/apis/core/v1/defaults.go,
 * pkg/api/v1/resource/helpers.go).
 */
function withSourceDefaults(source: JsonObject): JsonObject {
  const { fieldRef, resourceFieldRef, ...rest } = source;
  return {
    ...rest,
    ...(isObject(fieldRef) && { fieldRef: { apiVersion: 'v1', ...fieldRef } }),
    ...(isObject(resourceFieldRef) && {
      resourceFieldRef: { ...resourceFieldRef, divisor: divisorOf(resourceFieldRef) },
    }),
  };
}

function divisorOf({ divisor }: JsonObject): string {
  const text = String(divisor ?? '0');
  return text === '0' || text === '' ? '1' : text;
}
