const encoder = new TextEncoder();

/** The size of a text in UTF-8, in bytes, as Kubernetes and file systems count it. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** TotalAnnotationSizeLimitB (apimachinery pkg/api/validation/objectmeta.go): keys and values. */
export const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** The most bytes that one UTF-16 code unit takes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** Whether annotations of this many UTF-16 code units fit, whatever characters they consist of. */
export function surelyFits(units: number): boolean {
  return units * MAX_BYTES_PER_UNIT <= ANNOTATIONS_LIMIT_BYTES;
}

/** Whether the API server accepts annotations, after some are added or replaced. */
export function annotationsFit(
  annotations: Readonly<Record<string, string>>,
  added?: ReadonlyMap<string, string>,
): boolean {
  return (
    surelyFits(totalSize(annotations, added, (text) => text.length)) ||
    totalSize(annotations, added, utf8Bytes) <= ANNOTATIONS_LIMIT_BYTES
  );
}

function totalSize(
  annotations: Readonly<Record<string, string>>,
  added: ReadonlyMap<string, string> = new Map(),
  sizeOf: (text: string) => number,
): number {
  let sum = 0;
  for (const [key, value] of added) sum += sizeOf(key) + sizeOf(value);
  for (const [key, value] of Object.entries(annotations)) {
    if (!added.has(key)) sum += sizeOf(key) + sizeOf(value);
  }
  return sum;
}

/** What etcd stores of one object by default (--max-request-bytes), in bytes. */
export const OBJECT_LIMIT_BYTES = 1.5 * 1024 * 1024;

/**
 * The size of a value as JSON, in bytes of UTF-8; infinite if the value is nested in so many
 * thousands of levels that JSON.stringify exhausts the stack.
 */
export function jsonBytes(value: unknown): number {
  try {
    return utf8Bytes(JSON.stringify(value));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
