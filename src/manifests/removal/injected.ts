import jsonpatch, { type Operation } from 'fast-json-patch';
import { mutate } from '../../core/admission/mutate.ts';
import type { Mutation } from '../../core/admission/mutation.ts';
import type { Pod } from '../../core/api/pod.ts';
import type { Namespace } from '../../core/decision/decide.ts';
import type { Rules } from '../../core/decision/rules.ts';

/** The pod as podherald would make it. */
export function injected(pod: Pod, namespace: Namespace, rules: Rules): Pod {
  return applied(pod, mutate(pod, namespace, rules));
}

/** The pod after what the walk made of it. */
export function applied<Document>(pod: Document, { operations }: Mutation): Document {
  if (operations.length === 0) return pod;
  const copy = structuredClone({ pod, operations: operations as Operation[] });
  return jsonpatch.applyPatch(copy.pod, copy.operations, true).newDocument;
}
