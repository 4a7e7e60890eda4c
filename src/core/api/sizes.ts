import type { Annotations } from './pod.ts';

const encoder = new TextEncoder();

/** The size of texts in UTF-8, in bytes, as Kubernetes and file systems count it. */
export function utf8Bytes(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
}

/** TotalAnnotationSizeLimitB (apimachinery pkg/api/validation/objectmeta.go): keys and values. */
const LIMIT_BYTES = 256 * 1024;

/** The most bytes that one UTF-16 code unit takes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** Whether the API server accepts annotations after some are added or replaced. */
export function annotationsFit(
  annotations: Annotations,
  added: ReadonlyMap<string, string>,
): boolean {
  const texts = [...added].flat();
  for (const [key, value] of Object.entries(annotations)) {
    if (!added.has(key)) texts.push(key, value);
  }
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  return units * MAX_BYTES_PER_UNIT <= LIMIT_BYTES || utf8Bytes(...texts) <= LIMIT_BYTES;
}
