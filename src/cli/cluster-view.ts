import { type ApiClient, apiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { locateCluster } from '../cluster/find-cluster.ts';
import type { JsonObject } from '../core/api/json.ts';
import type { Namespace } from '../core/decision/decide.ts';
import { type AdmissionPolicy, admissionPolicies } from '../diagnosis/admission-policies.ts';
import type { Known, Unknown } from '../diagnosis/known.ts';
import { annotationsOf } from '../diagnosis/live-pod.ts';
import type { Setting } from '../diagnosis/setting.ts';
import { objectAt, type WebhookEntry, webhookEntries } from '../diagnosis/webhook-entries.ts';

/** The cluster that kubectl would talk to. */
export interface OpenCluster extends ApiClient {
  /** What counts where no namespace is named, as for kubectl. */
  readonly namespace: string;
}

/** @returns nothing where none is configured. */
export async function openCluster(): Promise<OpenCluster | undefined> {
  const found = await locateCluster();
  if (found === undefined) return undefined;
  const { connection, namespace = DEFAULT_NAMESPACE } = found;
  return { ...apiClient(connection), namespace };
}

export const DEFAULT_NAMESPACE = 'default';

/** The answer, or why there is none: for what a command can do without. */
async function knownOf<T>(asking: Promise<T>): Promise<Known<T>> {
  try {
    return { value: await asking };
  } catch (error) {
    if (error instanceof ApiError) return { unknown: error.message };
    throw error;
  }
}

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** What of podherald injects in a cluster, as far as that can be read. */
export async function readInjectors(
  cluster: ApiClient,
): Promise<Pick<Setting, 'webhooks' | 'policy'>> {
  const webhooks = await readWebhooks(cluster);
  return { webhooks, ...(await readPolicy(cluster, webhooks)) };
}

/** podherald's webhooks. */
function readWebhooks(cluster: ApiClient): Promise<Known<readonly WebhookEntry[]>> {
  return knownOf(allOf(cluster, CONFIGURATIONS).then(webhookEntries));
}

async function allOf(cluster: ApiClient, path: string): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for await (const { items, isRestart } of cluster.pages(path)) {
    if (isRestart) found.length = 0;
    found.push(...items);
  }
  return found;
}

const POLICIES = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';

/**
 * Where there is no webhook: the policy that injects in its place. Who may not read policies, or has
 * a cluster too old for them, is told of the webhook alone.
 */
async function readPolicy(
  cluster: ApiClient,
  webhooks: Known<readonly WebhookEntry[]>,
): Promise<{ readonly policy?: AdmissionPolicy }> {
  if ('unknown' in webhooks || webhooks.value.length > 0) return {};
  const policies = await knownOf(allOf(cluster, POLICIES));
  const [policy] = 'value' in policies ? admissionPolicies(policies.value) : [];
  return policy === undefined ? {} : { policy };
}

/** The namespaces that a command comes across, each read once. */
export class ReadNamespaces {
  readonly #cluster: ApiClient;
  readonly #known = new Map<string, Promise<Known<JsonObject | undefined>>>();

  constructor(cluster: ApiClient) {
    this.#cluster = cluster;
  }

  /** All at once, where that is allowed. */
  async readAll(): Promise<void> {
    const all = await knownOf(allOf(this.#cluster, '/api/v1/namespaces'));
    if ('unknown' in all) return;
    for (const object of all.value) {
      const { name } = objectAt(object, 'metadata');
      this.#known.set(String(name), Promise.resolve({ value: object }));
    }
  }

  /** @throws ApiError where there is no such namespace, as a slip of the hand names it. */
  async expect(name: string): Promise<void> {
    const known = await this.get(name);
    if ('value' in known && known.value === undefined) {
      throw new ApiError(`there is no namespace ${name}`);
    }
  }

  get(name: string): Promise<Known<JsonObject | undefined>> {
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
    const known = this.#known.get(name) ?? knownOf(this.#cluster.read(path));
    this.#known.set(name, known);
    return known;
  }
}

/** A namespace as podherald decides by it. */
export function namespaceFrom(
  name: string,
  known: Known<JsonObject | undefined>,
  annotationsCount: boolean,
): Namespace {
  if (!annotationsCount) return { name };
  if ('unknown' in known) return { name, unavailable: 'it cannot be read' };
  return { name, annotations: annotationsOf(known.value) };
}

/** @param gap why it is not known. */
export function namespaceGap(name: string, { unknown }: Unknown): string {
  return `what namespace ${name} asks for its pods is not known: ${unknown}`;
}
