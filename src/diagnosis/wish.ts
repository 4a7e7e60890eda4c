import type { Annotations } from '../core/api/pod.ts';
import {
  ANNOTATION_KEYS,
  type AnnotationName,
  annotationNameOf,
} from '../core/decision/annotations.ts';
import type { Namespace } from '../core/decision/decide.ts';

/** An annotation that says something about an injection. */
export interface Wish {
  readonly key: string;
  readonly value: string;
  readonly on: 'pod' | 'namespace';
  /** Whether it counts, or the pod's own word comes before it. */
  readonly counts: boolean;
}

/** All that a pod and its namespace say. What podherald writes itself is no wish. */
export function wishesOf(
  annotations: Annotations | null | undefined,
  namespace: Namespace,
  prefix: string,
): Wish[] {
  const own = written(annotations, prefix);
  const said = new Set(own.map(({ name }) => name));
  const defaults = written(namespace.annotations, prefix).filter(({ name }) =>
    (ANNOTATION_KEYS[name].on as readonly string[]).includes('namespace'),
  );
  return [
    ...own.map(({ key, value }): Wish => ({ key, value, on: 'pod', counts: true })),
    ...defaults.map(
      ({ key, value, name }): Wish => ({ key, value, on: 'namespace', counts: !said.has(name) }),
    ),
  ];
}

interface WrittenKey {
  readonly name: AnnotationName;
  readonly key: string;
  readonly value: string;
}

function written(annotations: Annotations | null | undefined, prefix: string): WrittenKey[] {
  return Object.entries(annotations ?? {}).flatMap(([key, value]) => {
    const name = annotationNameOf(key, prefix);
    if (name === undefined || ANNOTATION_KEYS[name].on.length === 0) return [];
    return { name, key, value };
  });
}

/** Whether a pod's own annotations say anything at all: what the webhook's matchCondition asks. */
export function hasKeyOfOurs(annotations: Annotations | null | undefined, prefix: string): boolean {
  return Object.keys(annotations ?? {}).some(
    (key) => key.startsWith(prefix) || annotationNameOf(key, prefix) !== undefined,
  );
}
