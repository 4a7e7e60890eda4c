import type { Annotations } from '../core/api/pod.ts';
import {
  ANNOTATION_KEYS,
  type AnnotationName,
  annotationNameOf,
} from '../core/decision/annotations.ts';
import type { Namespace } from '../core/decision/namespace.ts';

/** An annotation of a pod or namespace that requests something from podherald. */
export interface AnnotationRequest {
  readonly key: string;
  readonly value: string;
  readonly on: 'pod' | 'namespace';
  /** False for a default of the namespace that the pod overrides. */
  readonly effective: boolean;
}

/** All requests of a pod and its namespace. Annotations that podherald writes are not requests. */
export function requestsOf(
  annotations: Annotations | null | undefined,
  namespace: Namespace,
  prefix: string,
): AnnotationRequest[] {
  const own = podheraldAnnotations(annotations, prefix);
  const overridden = new Set(own.map(({ name }) => name));
  const defaults = podheraldAnnotations(namespace.annotations, prefix).filter(({ name }) =>
    (ANNOTATION_KEYS[name].on as readonly string[]).includes('namespace'),
  );
  return [
    ...own.map(({ key, value }): AnnotationRequest => ({ key, value, on: 'pod', effective: true })),
    ...defaults.map(
      ({ key, value, name }): AnnotationRequest => ({
        key,
        value,
        on: 'namespace',
        effective: !overridden.has(name),
      }),
    ),
  ];
}

interface PodheraldAnnotation {
  readonly name: AnnotationName;
  readonly key: string;
  readonly value: string;
}

function podheraldAnnotations(
  annotations: Annotations | null | undefined,
  prefix: string,
): PodheraldAnnotation[] {
  return Object.entries(annotations ?? {}).flatMap(([key, value]) => {
    const name = annotationNameOf(key, prefix);
    if (name === undefined || ANNOTATION_KEYS[name].on.length === 0) return [];
    return { name, key, value };
  });
}

/**
 * Whether a pod has an annotation of podherald, or an unknown one with its prefix. The matchCondition
 * of the webhook checks the same.
 */
export function hasPodheraldKey(annotations: Annotations, prefix: string): boolean {
  return Object.keys(annotations).some(
    (key) => key.startsWith(prefix) || annotationNameOf(key, prefix) !== undefined,
  );
}
