import type { Mutation } from '../admission/outcome.ts';
import { statusKey } from '../admission/status.ts';
import { isObject, type JsonObject } from '../api/json.ts';
import type { Namespace } from '../decision/decide.ts';
import type { Rules } from '../decision/rules.ts';
import type { AdmissionPolicy } from '../explanation/admission-policies.ts';
import { explain } from '../explanation/explanation.ts';
import { judge } from '../explanation/judge.ts';
import type { Known } from '../explanation/known.ts';
import { annotationsOf } from '../explanation/live-pod.ts';
import { misplacedKeys } from '../explanation/misplaced.ts';
import type { Places } from '../explanation/places.ts';
import { reachIn, type Setting } from '../explanation/setting.ts';
import type { WebhookEntry } from '../explanation/webhook-entries.ts';
import type { Workload } from '../manifest/workloads.ts';
import { applied } from '../removal/injected.ts';
import type { Explained } from './explained.ts';

/** What a workload is explained by. */
export interface Surroundings {
  readonly namespace: Namespace;
  /** The namespace as it is in the cluster. */
  readonly namespaceObject?: Known<JsonObject | undefined>;
  readonly webhooks?: Known<readonly WebhookEntry[]>;
  readonly policy?: AdmissionPolicy;
  readonly rules: Rules;
  readonly places: Places;
  /** What a pod is of, where that was looked for. */
  readonly owner?: Known<Workload | undefined>;
  /** Whether the object exists, and is no manifest. */
  readonly isLive: boolean;
}

export function explainWorkload(
  workload: Workload,
  mutation: Mutation,
  around: Surroundings,
): Explained {
  const { kind, name, template } = workload;
  const { namespace } = around;
  const root = workload.templatePath.slice(workload.path.length);
  const setting = settingIn(around);
  const pod = isObject(template) ? template : undefined;
  const explained: Explained = {
    kind,
    namespace: namespace.name,
    name,
    mutation,
    explanation: explain(template, mutation, { ...around, root }),
    before: template,
    after: template === undefined ? undefined : applied(template, mutation),
    ...misplacedIn(workload, around),
    ...(setting && { reach: reachIn(pod, setting) }),
  };
  const isLivePod = kind === 'Pod' && around.isLive && pod !== undefined;
  if (!isLivePod || setting === undefined) return explained;
  return { ...explained, live: liveOf(pod, mutation, setting) };
}

function misplacedIn(
  workload: Workload,
  { owner, rules }: Surroundings,
): Pick<Explained, 'misplaced' | 'ownerUnknown'> {
  if (owner !== undefined && 'unknown' in owner) return { ownerUnknown: owner.unknown };
  const top = owner?.value ?? workload;
  const keys = misplacedKeys(top, rules.annotationPrefix);
  if (keys.length === 0) return {};
  return { misplaced: { owner: { kind: top.kind, name: top.name }, keys } };
}

/** Nothing where no cluster was looked at. */
function settingIn({
  namespace,
  namespaceObject,
  webhooks,
  policy,
  rules,
}: Surroundings): Setting | undefined {
  if (webhooks === undefined || namespaceObject === undefined) return undefined;
  return { namespace, namespaceObject, webhooks, rules, ...(policy && { policy }) };
}

function liveOf(
  pod: JsonObject,
  mutation: Mutation,
  setting: Setting,
): NonNullable<Explained['live']> {
  const status = annotationsOf(pod)[statusKey(setting.rules)];
  const { because, byDesign } = judge(pod, mutation, setting);
  return {
    isMissing: because !== undefined,
    ...(because && { because }),
    byDesign,
    ...(status !== undefined && { status }),
  };
}
