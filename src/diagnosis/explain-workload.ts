import type { Mutation } from '../core/admission/mutation.ts';
import { statusKey } from '../core/admission/status.ts';
import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { applyOperations } from '../manifests/edit-json.ts';
import { originOf, type Workload } from '../manifests/workloads.ts';
import type { Locations } from './causes.ts';
import type { ClusterState, ReadResult, Unreadable } from './cluster-state.ts';
import { type Explanation, explain } from './explanation.ts';
import { findMisplaced, type MisplacedAnnotations } from './misplaced-annotations.ts';
import { findMissing, type MissingInjection } from './missing-injection.ts';
import { annotationsOf } from './object-metadata.ts';
import { exitCodeSentences } from './pod-failure-policy.ts';
import { type WebhookReach, webhookReach } from './webhook-reach.ts';

/** A pod or workload, and all that `explain` reports about it. */
export interface ExplainedWorkload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly explanation: Explanation;
  readonly mutation: Mutation;
  /** The pod or pod template as it is. */
  readonly before: Json | undefined;
  /** The pod or pod template with everything that podherald adds. */
  readonly after: Json | undefined;
  /** The annotations that have no effect on the workload, or on the owner of the pod. */
  readonly misplaced?: MisplacedAnnotations;
  /** What else the author of the workload should know, as sentences. */
  readonly hints?: readonly string[];
  /** Why the owner of the pod is unreadable. */
  readonly ownerUnreadable?: string;
  /** Whether the webhook is called when the pod is created; absent without a cluster. */
  readonly reach?: WebhookReach | Unreadable;
  /** Present only for a pod of a cluster. */
  readonly live?: LivePod;
}

/** What is missing in a pod of a cluster. */
export interface LivePod extends MissingInjection {
  /** The text of its status annotation, if it has one. */
  readonly status?: string;
}

/** What a workload is explained with. */
export interface WorkloadContext
  extends Pick<ClusterState, 'namespace' | 'policy' | 'rules'>,
    Partial<Pick<ClusterState, 'namespaceObject' | 'webhooks'>> {
  readonly locations: Locations;
  /** The workload that a pod belongs to, if it was looked for. */
  readonly owner?: ReadResult<Workload | undefined>;
  /** Whether the workload is an object of the cluster, not a manifest. */
  readonly isLive: boolean;
}

/** @param mutation the result of `mutate` for the template of the workload. */
export function explainWorkload(
  workload: Workload,
  mutation: Mutation,
  context: WorkloadContext,
): ExplainedWorkload {
  const { kind, name, template } = workload;
  const root = workload.templatePath.slice(workload.path.length);
  const state = clusterState(context);
  const hints = exitCodeSentences(workload, mutation);
  const pod = isObject(template) ? template : undefined;
  const explained: ExplainedWorkload = {
    kind,
    namespace: context.namespace.name,
    name,
    mutation,
    explanation: explain(template, mutation, {
      ...context,
      namespace: originOf(context.namespace, workload),
      root,
    }),
    before: template,
    after: template === undefined ? undefined : applyOperations(template, mutation.operations),
    ...misplacedOn(workload, context),
    ...(hints.length > 0 && { hints }),
    ...(state && { reach: webhookReach(pod, state) }),
  };
  const isLivePod = kind === 'Pod' && context.isLive && pod !== undefined;
  if (!isLivePod || state === undefined) return explained;
  return { ...explained, live: livePod(pod, mutation, state) };
}

function misplacedOn(
  workload: Workload,
  { owner, rules }: WorkloadContext,
): Pick<ExplainedWorkload, 'misplaced' | 'ownerUnreadable'> {
  if (owner !== undefined && 'unreadable' in owner) return { ownerUnreadable: owner.unreadable };
  const misplaced = findMisplaced(owner?.value ?? workload, rules.annotationPrefix);
  return misplaced === undefined ? {} : { misplaced };
}

/** @returns undefined if no cluster was read. */
function clusterState({
  namespaceObject,
  webhooks,
  ...context
}: WorkloadContext): ClusterState | undefined {
  if (webhooks === undefined || namespaceObject === undefined) return undefined;
  return { ...context, namespaceObject, webhooks };
}

function livePod(pod: JsonObject, mutation: Mutation, state: ClusterState): LivePod {
  const status = annotationsOf(pod)[statusKey(state.rules)];
  return { ...findMissing(pod, mutation, state), ...(status !== undefined && { status }) };
}
