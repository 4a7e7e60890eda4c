import type { Mutation } from '../core/admission/mutation.ts';
import { statusKey } from '../core/admission/status.ts';
import { isObject, type JsonObject } from '../core/api/json.ts';
import { explain } from '../diagnosis/explanation.ts';
import { judge } from '../diagnosis/judge.ts';
import type { Known } from '../diagnosis/known.ts';
import { annotationsOf } from '../diagnosis/live-pod.ts';
import { misplacedOn } from '../diagnosis/misplaced.ts';
import type { Places } from '../diagnosis/places.ts';
import { reachIn, type Setting } from '../diagnosis/setting.ts';
import { applyOperations } from '../manifests/edit-json.ts';
import type { Workload } from '../manifests/workloads.ts';
import type { Explained } from './explained.ts';

/** What a workload is explained by. */
export interface Surroundings
  extends Pick<Setting, 'namespace' | 'policy' | 'rules'>,
    Partial<Pick<Setting, 'namespaceObject' | 'webhooks'>> {
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
    after: template === undefined ? undefined : applyOperations(template, mutation.operations),
    ...mistakeIn(workload, around),
    ...(setting && { reach: reachIn(pod, setting) }),
  };
  const isLivePod = kind === 'Pod' && around.isLive && pod !== undefined;
  if (!isLivePod || setting === undefined) return explained;
  return { ...explained, live: liveOf(pod, mutation, setting) };
}

function mistakeIn(
  workload: Workload,
  { owner, rules }: Surroundings,
): Pick<Explained, 'misplaced' | 'ownerUnknown'> {
  if (owner !== undefined && 'unknown' in owner) return { ownerUnknown: owner.unknown };
  const misplaced = misplacedOn(owner?.value ?? workload, rules.annotationPrefix);
  return misplaced === undefined ? {} : { misplaced };
}

/** Nothing where no cluster was looked at. */
function settingIn({ namespaceObject, webhooks, ...around }: Surroundings): Setting | undefined {
  if (webhooks === undefined || namespaceObject === undefined) return undefined;
  return { ...around, namespaceObject, webhooks };
}

function liveOf(
  pod: JsonObject,
  mutation: Mutation,
  setting: Setting,
): NonNullable<Explained['live']> {
  const status = annotationsOf(pod)[statusKey(setting.rules)];
  const { because, byDesign } = judge(pod, mutation, setting);
  return {
    ...(because && { because }),
    byDesign,
    ...(status !== undefined && { status }),
  };
}
