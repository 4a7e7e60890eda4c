import { mutate } from '../../src/core/admission/mutate.ts';
import type { JsonObject } from '../../src/core/api/json.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import {
  type AdmissionPolicy,
  type ClusterState,
  namespaceFrom,
  webhookEntries,
} from '../../src/diagnosis/cluster-state.ts';
import { findMissing, type MissingInjection } from '../../src/diagnosis/missing-injection.ts';
import { applyOperations } from '../../src/manifests/edit-json.ts';
import { livePod, namespaceObject, webhookConfiguration } from './live-objects.ts';

/** What differs from a cluster in which podherald is installed with its defaults. */
export interface Changes {
  readonly namespace?: object;
  readonly webhooks?: readonly object[];
  readonly rules?: Partial<Rules>;
  /** The policy that injects, if there is no webhook. */
  readonly policy?: AdmissionPolicy;
}

/** The state of a cluster for the pods of namespace shop. */
export function stateOf({
  namespace = namespaceObject('shop'),
  webhooks = [webhookConfiguration()],
  rules = {},
  policy,
}: Changes): ClusterState {
  const namespaceRead = { value: namespace as JsonObject };
  return {
    namespace: namespaceFrom('shop', namespaceRead, true),
    namespaceObject: namespaceRead,
    webhooks: { value: webhookEntries(webhooks as JsonObject[]) },
    rules: { ...defaultRules('0'), ...rules },
    ...(policy && { policy }),
  };
}

/** What a pod of namespace shop is missing. */
export function missingIn(pod: object, changes: Changes = {}): MissingInjection {
  const state = stateOf(changes);
  return findMissing(pod as JsonObject, mutate(pod, state.namespace, state.rules), state);
}

/** The pod as podherald injects it with its defaults. */
export function injected<Pod extends object>(pod: Pod): Pod {
  const { operations } = mutate(pod, { name: 'shop' }, defaultRules('0'));
  return applyOperations(pod, operations) as Pod;
}

export function annotated(annotations: Record<string, string>, spec = {}): object {
  return livePod('web', { annotations, spec });
}

/** A cluster in which namespace shop has these annotations. */
export function withDefaults(annotations: Record<string, string>, metadata = {}): Changes {
  return { namespace: namespaceObject('shop', { annotations, ...metadata }) };
}

/** A cluster with this webhook only. */
export function only(entry: object): Changes {
  return { webhooks: [webhookConfiguration([entry])] };
}
