import type { Json } from '../api/json.ts';
import { type AddOperation, escapeToken } from '../api/json-patch.ts';
import type { Pod } from '../api/pod.ts';
import type { ContainerInjection, Injection } from './injection.ts';

/**
 * The operations of an injection; nothing else makes operations. Each applies to the pod as it was
 * received: none leads through a value that an earlier one adds or a list that an earlier one
 * extends. So they can be verified, and applied to a YAML text, one by one.
 */
export function patch(pod: Pod, injection: Injection): AddOperation[] {
  return [
    ...annotate(pod.metadata, injection.annotations),
    ...injection.containers.flatMap((container) => addToContainer(pod, container)),
    ...append('/spec/volumes', pod.spec.volumes, injection.volumes),
    ...restart(injection),
    // Last, because it shifts the init containers that the others name by index.
    ...addAmbassador(pod, injection),
  ];
}

function restart({ restartIndex }: Injection): AddOperation[] {
  if (restartIndex === undefined) return [];
  return [add(`/spec/initContainers/${restartIndex}/restartPolicy`, 'Always')];
}

function addAmbassador({ spec }: Pod, { ambassador }: Injection): AddOperation[] {
  if (ambassador === undefined) return [];
  const { container, index } = ambassador;
  if (isAbsent(spec.initContainers)) return [add('/spec/initContainers', [container])];
  return [add(`/spec/initContainers/${index}`, container)];
}

/** Adds annotations to a pod or pod template, which may have none, or no metadata. */
export function annotate(
  metadata: Pod['metadata'],
  annotations: ReadonlyMap<string, string>,
): AddOperation[] {
  if (annotations.size === 0) return [];
  const all = Object.fromEntries(annotations);
  if (metadata === undefined || metadata === null) {
    return [add('/metadata', { annotations: all })];
  }
  if (metadata.annotations === undefined || metadata.annotations === null) {
    return [add('/metadata/annotations', all)];
  }
  return [...annotations].map(([key, value]) =>
    add(`/metadata/annotations/${escapeToken(key)}`, value),
  );
}

function addToContainer(pod: Pod, { at, env, volumeMounts }: ContainerInjection): AddOperation[] {
  const path = `/spec/${at.list}/${at.index}`;
  const container = pod.spec[at.list]?.[at.index];
  return [
    ...prepend(`${path}/env`, container?.env, env),
    ...append(`${path}/volumeMounts`, container?.volumeMounts, volumeMounts),
  ];
}

function prepend(path: string, list: Absent, values: readonly object[]): AddOperation[] {
  if (values.length === 0) return [];
  if (isAbsent(list)) return [add(path, values)];
  return values.map((value, index) => add(`${path}/${index}`, value));
}

function append(path: string, list: Absent, values: readonly object[]): AddOperation[] {
  if (values.length === 0) return [];
  if (isAbsent(list)) return [add(path, values)];
  return values.map((value) => add(`${path}/-`, value));
}

type Absent = readonly unknown[] | null | undefined;

function isAbsent(list: Absent): list is null | undefined {
  return list === undefined || list === null;
}

function add(path: string, value: object | string): AddOperation {
  return { op: 'add', path, value: value as Json };
}
