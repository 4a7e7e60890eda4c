import type { JsonObject } from '../core/api/json.ts';
import type { Namespace } from '../core/decision/decide.ts';
import type { Rules } from '../core/decision/rules.ts';
import type { AdmissionPolicy } from './admission-policies.ts';
import type { Known, Unknown } from './known.ts';
import { annotationsOf, labelsOf } from './live-pod.ts';
import { type Reach, reachOf, selectsByName } from './reach.ts';
import type { WebhookEntry } from './webhook-entries.ts';
import { whyNot } from './why-not.ts';

/** Where a pod is, or would be, created, as far as that is known. */
export interface Setting {
  /** As podherald decides by it. */
  readonly namespace: Namespace;
  /** As it is in the cluster. */
  readonly namespaceObject: Known<JsonObject | undefined>;
  readonly webhooks: Known<readonly WebhookEntry[]>;
  /** What injects where there is no webhook, as far as that is known. */
  readonly policy?: AdmissionPolicy;
  readonly rules: Rules;
}

/** Whether podherald is asked about a pod, or why that cannot be told. */
export function reachIn(pod: JsonObject | undefined, setting: Setting): Reach | Unknown {
  const { namespace, namespaceObject, webhooks, rules } = setting;
  if ('unknown' in webhooks) return webhooks;
  const isKnown = 'value' in namespaceObject;
  // A namespace's name is a label that needs no reading.
  if (!isKnown && !webhooks.value.every(selectsByName)) return namespaceObject;
  const candidate = {
    namespace: namespace.name,
    namespaceLabels: isKnown ? labelsOf(namespaceObject.value) : {},
    labels: labelsOf(pod),
    annotations: annotationsOf(pod),
  };
  const reach = reachOf(candidate, webhooks.value, rules.annotationPrefix);
  return setting.policy === undefined ? reach : withPolicy(reach, setting.policy);
}

function withPolicy(reach: Reach, { name, created }: AdmissionPolicy): Reach {
  if (reach.asked || reach.because.reason !== 'not_installed') return reach;
  return { asked: false, because: whyNot('policy_only', { policy: name, created }) };
}
