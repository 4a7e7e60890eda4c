/** A source without a value, and why. It never holds text of the pod. */
export interface MissingValue {
  readonly missing: string;
}

/** More than any name or image has. The API server allows more in `kind`, `image` and the names of owners. */
export const MAX_VALUE_LENGTH = 1024;

/** Whether a text has more characters than any name or image. */
export function isTooLong(text: string): boolean {
  return text.length > MAX_VALUE_LENGTH && [...text].length > MAX_VALUE_LENGTH;
}

/** The annotations with attributes of OpenTelemetry, when they are encoded. The kernel allows 128 KiB for one variable. */
export const MAX_OTEL_LENGTH = 16_384;

export const NO_VALUE = {
  workload: 'the workload of this pod is not known',
  image: 'the container has no image',
  imageTag: 'the image of the container is not a valid image reference',
  clusterName: 'the config does not set cluster.name',
  length: `the value has more than ${MAX_VALUE_LENGTH} characters`,
  namespace: 'the labels of the namespace are not known',
  namespaceLabel: 'the namespace has no such label',
  unlistedLabel: 'the config does not list this label in namespaces.labels',
  firstOf: 'none of its sources has a value',
  otel: `the resource.opentelemetry.io/* annotations have more than ${MAX_OTEL_LENGTH} characters`,
} as const satisfies Record<string, MissingValue['missing']>;
