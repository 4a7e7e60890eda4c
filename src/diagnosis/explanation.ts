import type { Mutation, Outcome } from '../core/admission/mutation.ts';
import { isMalformed, type Pod, parsePod } from '../core/api/pod.ts';
import { annotationNameOf } from '../core/decision/annotations.ts';
import type { Namespace } from '../core/decision/decide.ts';
import { kindOf, type Reason, type ReasonKind, sentenceOf } from '../core/decision/reasons.ts';
import { imageOf, type Rules } from '../core/decision/rules.ts';
import { findPresent } from '../manifests/removal/find-present.ts';
import { type Change, changesOf, changesThere } from './changes.ts';
import { deciderOf, type Found } from './deciders.ts';
import type { Places } from './places.ts';
import { type Wish, wishesOf } from './wish.ts';

export interface ExplainedWish extends Wish {
  readonly at?: string;
}

/** A field of the config that decided, or its default. */
export interface ConfigField {
  readonly field: string;
  readonly value: string;
  /** Absent where the config does not say it, so that podherald's default counts. */
  readonly at?: string;
}

export interface ExplainedReason {
  readonly reason: Reason;
  readonly kind: ReasonKind;
  readonly message: string;
  /** The container that it is about. */
  readonly container?: string;
  /** What decided it: an annotation, the namespace, the config or the container. */
  readonly decidedBy?: string;
}

/** All there is to tell about what podherald makes of one pod. */
export interface Explanation {
  readonly outcome: Outcome;
  readonly wishes: readonly ExplainedWish[];
  readonly config: readonly ConfigField[];
  /** What it has got already. */
  readonly there: readonly Change[];
  /** What it gets, or would get. */
  readonly added: readonly Change[];
  readonly reasons: readonly ExplainedReason[];
}

/** What a pod or pod template is explained by. */
export interface ExplainedBy extends Pick<Found, 'namespace' | 'places' | 'root'> {
  readonly rules: Rules;
}

export function explain(
  template: unknown,
  mutation: Mutation,
  { namespace, rules, places, root }: ExplainedBy,
): Explanation {
  const pod = parsePod(template);
  const { outcome, operations, findings } = mutation;
  const annotations = isMalformed(pod) ? undefined : pod.metadata?.annotations;
  const wishes = wishesOf(annotations, namespace, rules.annotationPrefix);
  return {
    outcome,
    wishes: wishes.map((wish) => placed(wish, namespace, places)),
    config: outcome === 'skipped' ? [] : fieldsOf(wishes, rules, places),
    there: isMalformed(pod) ? [] : thereIn(pod, namespace, rules),
    added: isMalformed(pod) ? [] : changesOf(pod, operations),
    reasons: findings.map((finding) => explained({ finding, namespace, places, root })),
  };
}

function thereIn(pod: Pod, namespace: Namespace, rules: Rules): Change[] {
  return changesThere(pod, findPresent(pod, namespace, rules));
}

function placed(wish: Wish, namespace: Namespace, places: Places): ExplainedWish {
  const path = ['metadata', 'annotations', wish.key];
  const at = wish.on === 'pod' ? places.pod(path) : places.namespace(namespace.name, path);
  return { ...wish, ...(at !== undefined && { at }) };
}

/** The fields of the config that fill in what the annotations leave open. */
function fieldsOf(wishes: readonly Wish[], rules: Rules, places: Places): ConfigField[] {
  const { metadata, ambassador, annotationPrefix } = rules;
  const said = new Map(
    wishes
      .filter(({ counts }) => counts)
      .map(({ key, value }) => [
        annotationNameOf(key, annotationPrefix),
        value.trim().toLowerCase(),
      ]),
  );
  const field = (path: readonly string[], value: string): ConfigField => {
    const at = places.config(path);
    return { field: path.join('.'), value, ...(at !== undefined && { at }) };
  };
  const asksMetadata = METADATA_WISHES.some((name) => (said.get(name) ?? 'false') !== 'false');
  const asksAmbassador = said.get('inject-ambassador') === 'true';
  return [
    said.get('inject-metadata') === 'true' &&
      field(['metadata', 'defaultProfile'], metadata.defaultProfile),
    asksMetadata && !said.has('metadata-path') && field(['metadata', 'path'], metadata.path),
    asksAmbassador && field(['ambassador', 'maxAccess'], ambassador.maxAccess),
    asksAmbassador &&
      !said.has('ambassador-port') &&
      field(['ambassador', 'port'], String(ambassador.port)),
    asksAmbassador && field(['ambassador', 'image'], imageOf(ambassador)),
  ].filter((one) => one !== false);
}

const METADATA_WISHES = ['inject-metadata', 'metadata-env', 'metadata-files'] as const;

function explained(found: Found): ExplainedReason {
  const { finding } = found;
  const decidedBy = deciderOf(found);
  return {
    reason: finding.reason,
    kind: kindOf(finding),
    message: sentenceOf(finding),
    ...(finding.slots['container'] !== undefined && { container: finding.slots['container'] }),
    ...(decidedBy !== undefined && { decidedBy }),
  };
}
