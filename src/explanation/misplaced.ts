import type { Mutation } from '../admission/outcome.ts';
import type { JsonObject } from '../api/json.ts';
import { ANNOTATION_KEYS, annotationNameOf } from '../decision/annotations.ts';

/**
 * The commonest mistake: an annotation on a Deployment does not reach its pods.
 *
 * @returns the first key that stands in vain, where nothing else asks for the workload's pods.
 */
export function misplacedKey(
  kind: string,
  annotations: JsonObject,
  mutation: Mutation,
  prefix: string,
): string | undefined {
  if (kind === 'Pod' || mutation.reason !== 'not_requested') return undefined;
  return Object.keys(annotations).find((key) => {
    const name = annotationNameOf(key, prefix);
    return name !== undefined && ANNOTATION_KEYS[name].on.length > 0;
  });
}
