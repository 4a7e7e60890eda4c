/** How findings name an annotation: by its key, and before that by the namespace that it stands on. */
export function annotationLabel(key: string, namespace?: string): string {
  return namespace === undefined ? key : `namespace ${namespace}: ${key}`;
}

const OF_NAMESPACE = /^namespace (\S+): (.*)$/;

/** What annotationLabel() was made of. No key of an annotation holds a space. */
export function readAnnotationLabel(label: string): {
  readonly key: string;
  readonly namespace?: string;
} {
  const [, namespace, key] = OF_NAMESPACE.exec(label) ?? [];
  return namespace === undefined || key === undefined ? { key: label } : { key, namespace };
}
