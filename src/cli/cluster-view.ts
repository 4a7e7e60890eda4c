import { type ApiClient, apiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { type ClusterChoice, locateCluster } from '../cluster/find-cluster.ts';
import type { JsonObject } from '../core/api/json.ts';
import {
  type AdmissionPolicy,
  admissionPolicies,
  type ClusterState,
  type ReadResult,
  type WebhookEntry,
  webhookEntries,
} from '../diagnosis/cluster-state.ts';
import { objectAt } from '../diagnosis/object-metadata.ts';

/** A connection to the cluster that kubectl would use. */
export interface OpenCluster extends ApiClient {
  /** The namespace to use if none is named: that of the context of the kubeconfig, else `default`. */
  readonly namespace: string;
}

export const DEFAULT_NAMESPACE = 'default';

/**
 * @returns undefined if no cluster is configured.
 * @throws AppError `file` if a kubeconfig is unreadable, or the context does not exist.
 */
export async function openCluster(choice: ClusterChoice): Promise<OpenCluster | undefined> {
  const found = await locateCluster(choice);
  if (found === undefined) return undefined;
  const { connection, namespace = DEFAULT_NAMESPACE } = found;
  return { ...apiClient(connection), namespace };
}

/** @throws ApiError if no cluster is configured. */
export async function requireCluster(choice: ClusterChoice): Promise<OpenCluster> {
  const cluster = await openCluster(choice);
  if (cluster !== undefined) return cluster;
  throw new ApiError('no cluster is configured: set KUBECONFIG or create ~/.kube/config');
}

/** Turns an error of the API server into a value, for data that a command does not need. */
export async function readResult<T>(reading: Promise<T>): Promise<ReadResult<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (error instanceof ApiError) return { unreadable: error.message };
    throw error;
  }
}

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';

/** Reads the webhooks of podherald, and its policy if there is no webhook. */
export async function readInjectors(
  cluster: ApiClient,
): Promise<Pick<ClusterState, 'webhooks' | 'policy'>> {
  const webhooks = await readResult(readAll(cluster, WEBHOOKS).then(webhookEntries));
  return { webhooks, ...(await readPolicy(cluster, webhooks)) };
}

/** Policies that are unreadable, or that the cluster is too old for, are ignored. */
async function readPolicy(
  cluster: ApiClient,
  webhooks: ReadResult<readonly WebhookEntry[]>,
): Promise<{ readonly policy?: AdmissionPolicy }> {
  if ('unreadable' in webhooks || webhooks.value.length > 0) return {};
  const policies = await readResult(readAll(cluster, POLICIES));
  const [policy] = 'value' in policies ? admissionPolicies(policies.value) : [];
  return policy === undefined ? {} : { policy };
}

async function readAll(cluster: ApiClient, path: string): Promise<JsonObject[]> {
  const objects: JsonObject[] = [];
  for await (const { items, isRestart } of cluster.pages(path)) {
    if (isRestart) objects.length = 0;
    objects.push(...items);
  }
  return objects;
}

/** Reads each Namespace object once. */
export class NamespaceReader {
  readonly #cluster: ApiClient;
  readonly #read = new Map<string, Promise<ReadResult<JsonObject | undefined>>>();

  constructor(cluster: ApiClient) {
    this.#cluster = cluster;
  }

  /** Reads all namespaces with one list, if that is allowed. */
  async readAll(): Promise<void> {
    const all = await readResult(readAll(this.#cluster, '/api/v1/namespaces'));
    if ('unreadable' in all) return;
    for (const object of all.value) {
      const { name } = objectAt(object, 'metadata');
      this.#read.set(String(name), Promise.resolve({ value: object }));
    }
  }

  /** @throws ApiError if the namespace does not exist. An unreadable one is assumed to exist. */
  async require(name: string): Promise<void> {
    const read = await this.get(name);
    if ('value' in read && read.value === undefined) {
      throw new ApiError(`namespace ${name} does not exist`);
    }
  }

  /** @returns the value undefined if the namespace does not exist. */
  get(name: string): Promise<ReadResult<JsonObject | undefined>> {
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
    const read = this.#read.get(name) ?? readResult(this.#cluster.read(path));
    this.#read.set(name, read);
    return read;
  }
}
