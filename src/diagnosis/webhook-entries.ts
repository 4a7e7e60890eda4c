import { isObject, type Json, type JsonObject } from '../core/api/json.ts';

/** One webhook of a MutatingWebhookConfiguration that is podherald's. */
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

/** Webhooks are called after the domain of their project. */
const DOMAIN = /(^|\.)podherald\.dev$/;

/** The webhooks of podherald's among MutatingWebhookConfigurations. */
export function webhookEntries(configurations: readonly Json[]): WebhookEntry[] {
  return configurations.filter(isObject).flatMap((configuration) => {
    const { name, creationTimestamp } = objectAt(configuration, 'metadata');
    return objectsAt(configuration, 'webhooks')
      .filter((webhook) => DOMAIN.test(String(webhook['name'])))
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

export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

function objectsAt(object: JsonObject, key: string): JsonObject[] {
  const list = object[key];
  return Array.isArray(list) ? list.filter(isObject) : [];
}
