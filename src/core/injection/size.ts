import type { AddOperation } from '../api/json-patch.ts';
import { jsonBytes, OBJECT_LIMIT_BYTES } from '../api/sizes.ts';
import type { Decision } from '../decision/decide.ts';
import { otelLength } from '../decision/otel-attributes.ts';
import { type PodParts, selectedContainers } from '../decision/pod-parts.ts';
import type { EnvItem, FileItem } from '../decision/profiles.ts';

/** The braces and keys of a variable or file, without its name and source. */
const ITEM_BYTES = 100;

/** A mount, a volume without files, and the pointers of their operations. */
const CONTAINER_BYTES = 300;

/** An ambassador with its arguments, probe and token volume, and a kubeconfig. */
const AMBASSADOR_BYTES = 4096;

/** KUBE_API_URL and KUBECONFIG. */
const AMBASSADOR_ENV_BYTES = 150;

/**
 * About how many bytes of JSON an injection can add to a pod. It is computed before anything is
 * built, because a small annotation can request much: its items are added to every container.
 */
export function additionBytes(parts: PodParts, { metadata, ambassador }: Decision): number {
  let bytes = 0;
  if (metadata !== undefined) {
    const { env, files, containers, facts } = metadata;
    const selected = selectedContainers(parts, containers).length;
    const isShared = files.every(({ source }) => 'fieldRef' in source);
    const otelBytes = facts?.otel === undefined ? 0 : otelLength(facts.otel);
    bytes += selected * (itemBytes(env) + otelBytes + CONTAINER_BYTES);
    bytes += itemBytes(files) * (isShared ? 1 : selected);
  }
  if (ambassador !== undefined) {
    const perContainer = AMBASSADOR_ENV_BYTES + CONTAINER_BYTES;
    bytes += AMBASSADOR_BYTES + parts.appContainers.length * perContainer;
  }
  return bytes;
}

/** Longer than most names of workloads and images. */
const KNOWN_LENGTH = 256;

function itemBytes(items: readonly (EnvItem | FileItem)[]): number {
  return items.reduce((sum, item) => sum + ITEM_BYTES + textLength(item), 0);
}

function textLength(item: EnvItem | FileItem): number {
  const { source } = item;
  const name = 'name' in item ? item.name : item.path;
  if ('literal' in source) return name.length + source.literal.length;
  if ('resource' in source) return name.length + source.resource.length;
  return name.length + ('fieldRef' in source ? source.fieldRef.length : KNOWN_LENGTH);
}

/** An estimate that is this many times too high still leaves room for every pod that fits. */
const ESTIMATE_FACTOR = 4;

/** Whether the work is not worth beginning: the estimate alone is far beyond what can be stored. */
export function isFarTooLarge(addedBytes: number): boolean {
  return addedBytes > ESTIMATE_FACTOR * OBJECT_LIMIT_BYTES;
}

/** Below this, a pod is not measured: most pods have some KiB, and get some KiB. */
const SMALL_BYTES = 64 * 1024;

/**
 * Whether a pod would exceed what the API server stores once it is injected.
 *
 * @param receivedBytes the size of the review, which is at least that of its object; 0 if it is not
 *   known.
 */
export function isTooLarge(
  object: unknown,
  operations: readonly AddOperation[],
  addedBytes: number,
  receivedBytes: number,
): boolean {
  if (addedBytes < SMALL_BYTES && receivedBytes + addedBytes < OBJECT_LIMIT_BYTES) return false;
  const operationBytes = jsonBytes(operations);
  if (receivedBytes > 0 && receivedBytes + operationBytes <= OBJECT_LIMIT_BYTES) return false;
  return jsonBytes(object) + operationBytes > OBJECT_LIMIT_BYTES;
}
