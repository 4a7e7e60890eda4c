import type { Mutation, Outcome } from '../core/admission/mutation.ts';
import type { Json } from '../core/api/json.ts';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import type { Pod } from '../core/api/pod.ts';
import { annotationNameOf } from '../core/decision/annotations.ts';
import { type Finding, kindOf, sentenceOf } from '../core/decision/findings.ts';
import type { Origin } from '../core/decision/namespace.ts';
import type { Reason, ReasonKind } from '../core/decision/reasons.ts';
import { imageOf, type Rules } from '../core/decision/rules.ts';
import { findPresent } from '../manifests/removal/find-present.ts';
import { type AnnotationRequest, requestsOf } from './annotation-requests.ts';
import { type CauseContext, causeOf } from './causes.ts';
import { compareItems, type InjectedItems, itemsPresent } from './injected-items.ts';

/** What podherald does with one pod or pod template, and why. */
export interface Explanation {
  readonly outcome: Outcome;
  readonly requests: readonly ExplainedRequest[];
  readonly config: readonly ConfigField[];
  /** What is injected already. */
  readonly present: readonly InjectedItems[];
  /** What is injected already, but with other contents. */
  readonly changed: readonly InjectedItems[];
  /** What podherald adds, or would add. */
  readonly added: readonly InjectedItems[];
  readonly reasons: readonly ExplainedReason[];
}

export interface ExplainedRequest extends AnnotationRequest {
  /** Such as `deployment.yaml:8`; absent if it is unknown. */
  readonly location?: string;
}

/** A field of the config that is used because no annotation sets the value. */
export interface ConfigField {
  readonly field: string;
  readonly value: string;
  /** Absent if the config does not set the field, so that the value is its default. */
  readonly location?: string;
}

export interface ExplainedReason {
  readonly reason: Reason;
  readonly kind: ReasonKind;
  readonly message: string;
  /** The name of the container that the reason is about; absent if it is about the pod. */
  readonly container?: string;
  /** What causes the reason, such as `annotation inject-metadata (deployment.yaml:8)`. */
  readonly cause?: string;
}

/** What a pod or pod template is explained with. */
export interface ExplanationContext extends Pick<CauseContext, 'locations' | 'root'> {
  /** Where the pod is created, and by what. */
  readonly namespace: Origin;
  readonly rules: Rules;
}

/** @param mutation the result of `mutate` for the same template, namespace and rules. */
export function explain(
  template: Json | undefined,
  mutation: Mutation,
  context: ExplanationContext,
): Explanation {
  const { namespace, rules } = context;
  const pod = parsePod(template);
  const { outcome, injection, findings } = mutation;
  const annotations = isMalformed(pod) ? undefined : pod.metadata?.annotations;
  const requests = requestsOf(annotations, namespace, rules.annotationPrefix);
  const present = isMalformed(pod) ? [] : presentIn(pod, namespace, rules);
  return {
    outcome,
    requests: requests.map((request) => located(request, context)),
    config: outcome === 'skipped' ? [] : configFields(requests, context),
    ...compareItems(present, injection),
    reasons: findings.map((finding) =>
      explained(finding, { ...context, namespace: namespace.name, template }),
    ),
  };
}

function presentIn(pod: Pod, origin: Origin, rules: Rules): InjectedItems[] {
  return itemsPresent(pod, findPresent(pod, origin, rules));
}

function located(
  request: AnnotationRequest,
  { namespace, locations }: ExplanationContext,
): ExplainedRequest {
  const path = ['metadata', 'annotations', request.key];
  const location =
    request.on === 'pod' ? locations.pod(path) : locations.namespace(namespace.name, path);
  return { ...request, ...(location !== undefined && { location }) };
}

const METADATA_REQUESTS = ['inject-metadata', 'metadata-env', 'metadata-files'] as const;

function configFields(
  requests: readonly AnnotationRequest[],
  { rules, locations }: ExplanationContext,
): ConfigField[] {
  const { metadata, ambassador, annotationPrefix } = rules;
  const requested = new Map(
    requests
      .filter(({ effective }) => effective)
      .map(({ key, value }) => [
        annotationNameOf(key, annotationPrefix),
        value.trim().toLowerCase(),
      ]),
  );
  const field = (path: readonly string[], value: string): ConfigField => {
    const location = locations.config(path);
    return { field: path.join('.'), value, ...(location !== undefined && { location }) };
  };
  const hasMetadata = METADATA_REQUESTS.some(
    (name) => (requested.get(name) ?? 'false') !== 'false',
  );
  const hasAmbassador = requested.get('inject-ambassador') === 'true';
  return [
    requested.get('inject-metadata') === 'true' &&
      field(['metadata', 'defaultProfile'], metadata.defaultProfile),
    hasMetadata && !requested.has('metadata-path') && field(['metadata', 'path'], metadata.path),
    hasAmbassador && field(['ambassador', 'maxAccess'], ambassador.maxAccess),
    hasAmbassador &&
      !requested.has('ambassador-port') &&
      field(['ambassador', 'port'], String(ambassador.port)),
    hasAmbassador && field(['ambassador', 'image'], imageOf(ambassador)),
  ].filter((one) => one !== false);
}

function explained(finding: Finding, context: CauseContext): ExplainedReason {
  const cause = causeOf(finding, context);
  return {
    reason: finding.reason,
    kind: kindOf(finding),
    message: sentenceOf(finding),
    ...(finding.slots['container'] !== undefined && { container: finding.slots['container'] }),
    ...(cause !== undefined && { cause }),
  };
}
