import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { WORKLOAD_WEBHOOK } from '../core/api/webhook-scope.ts';
import type { Namespace } from '../core/decision/namespace.ts';
import type { Rules } from '../core/decision/rules.ts';
import { knownNamespace, namespaceMetadata } from '../manifests/objects.ts';
import { objectAt, objectsAt } from './object-metadata.ts';

/** What was read from the cluster, or why it is unreadable. */
export type ReadResult<T> = { readonly value: T } | Unreadable;

export interface Unreadable {
  /** The error, as a sentence. */
  readonly unreadable: string;
}

/** The state of the cluster that a pod is compared with. */
export interface ClusterState {
  /** The namespace of the pod, as podherald reads it to decide. */
  readonly namespace: Namespace;
  /** The Namespace object; undefined if it does not exist. */
  readonly namespaceObject: ReadResult<JsonObject | undefined>;
  readonly webhooks: ReadResult<readonly WebhookEntry[]>;
  /** The policy that injects instead, if podherald has no webhook and a policy is known. */
  readonly policy?: AdmissionPolicy;
  /** From the config that is installed, or from the one that the user gave. */
  readonly rules: Rules;
}

/** One webhook of podherald in a MutatingWebhookConfiguration. */
export interface WebhookEntry {
  readonly name: string;
  readonly configuration: string;
  /** When the configuration was created (RFC 3339). */
  readonly created: string;
  readonly failurePolicy: string;
  readonly rules: readonly JsonObject[];
  readonly namespaceSelector: Json | undefined;
  readonly objectSelector: Json | undefined;
  /** The names of its matchConditions. */
  readonly conditions: readonly string[];
}

/** The name of each webhook of podherald ends in the domain of the project. */
const DOMAIN = /(^|\.)podherald\.dev$/;

/** The webhooks for pods of podherald in a list of MutatingWebhookConfigurations. */
export function webhookEntries(configurations: readonly Json[]): WebhookEntry[] {
  return configurations.filter(isObject).flatMap((configuration) => {
    const { name, creationTimestamp } = objectAt(configuration, 'metadata');
    return objectsAt(configuration, 'webhooks')
      .filter((webhook) => DOMAIN.test(String(webhook['name'])))
      .filter((webhook) => webhook['name'] !== WORKLOAD_WEBHOOK)
      .map((webhook) => ({
        name: String(webhook['name']),
        configuration: String(name),
        created: String(creationTimestamp ?? ''),
        failurePolicy: String(webhook['failurePolicy'] ?? 'Fail'),
        rules: objectsAt(webhook, 'rules'),
        namespaceSelector: webhook['namespaceSelector'],
        objectSelector: webhook['objectSelector'],
        conditions: objectsAt(webhook, 'matchConditions').map((one) => String(one['name'])),
      }));
  });
}

/** A MutatingAdmissionPolicy that `podherald policy` rendered. */
export interface AdmissionPolicy {
  readonly name: string;
  /** When it was created (RFC 3339). */
  readonly created: string;
}

/**
 * The policies of podherald in a list of MutatingAdmissionPolicies. They are recognized by the word
 * `podherald` in their spec (each names the container `podherald-ambassador`), as their own name can
 * be changed.
 */
export function admissionPolicies(policies: readonly Json[]): AdmissionPolicy[] {
  return policies
    .filter(isObject)
    .filter(({ spec }) => JSON.stringify(spec ?? {}).includes('podherald'))
    .map((policy) => {
      const { name, creationTimestamp } = objectAt(policy, 'metadata');
      return { name: String(name), created: String(creationTimestamp ?? '') };
    });
}

/**
 * The namespace as podherald uses it to decide.
 *
 * @param usesDefaults whether the config uses annotations of namespaces as defaults.
 */
export function namespaceFrom(
  name: string,
  read: ClusterState['namespaceObject'],
  usesDefaults: boolean,
): Namespace {
  if ('value' in read) return knownNamespace(name, namespaceMetadata(read.value), usesDefaults);
  return { name, ...(usesDefaults && { unavailable: 'the namespace is unreadable' }) };
}

/** Says that the defaults of a namespace are unreadable, and why. */
export function unreadableDefaults(name: string, { unreadable }: Unreadable): string {
  return `cannot read the defaults of namespace ${name}: ${unreadable}`;
}
