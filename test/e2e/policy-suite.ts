import { type Api, startApi } from './kubectl.ts';
import type { Namespace } from './namespace.ts';
import type { Metadata, Pod } from './objects.ts';
import { makePolicies } from './policies.ts';
import { test as suite } from './suite.ts';

/** Three namespaces with the same annotations and labels. */
export interface NamespaceTriple {
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** With neither the webhook nor the policies. */
  readonly bare: Namespace;
  readonly byWebhook: Namespace;
  readonly byPolicy: Namespace;
}

/** The results of creating the same pod in each of the three. */
export interface CreateResults {
  readonly bare: CreateResult;
  readonly byWebhook: CreateResult;
  readonly byPolicy: CreateResult;
}

/** The result of creating a pod. */
export interface CreateResult {
  /** `denied` by podherald or its policies, or `rejected` by the API server itself. */
  readonly kind: 'accepted' | 'rejected' | 'denied';
  readonly message: string;
  /** The pod as stored. */
  readonly pod?: Pod;
  /** The pod without generated fields and without the status, which only the webhook writes. */
  readonly comparable?: object;
}

suite.override('config', { namespaces: { annotations: true } });

/** The `test` of the suite with podherald's webhook in some namespaces and its policies in others. */
export const test = suite
  .extend('policies', { scope: 'file' }, async ({ config }, { onCleanup }) => {
    const policies = await makePolicies(config);
    onCleanup(policies.remove);
    return policies;
  })
  .extend('makeTriples', { scope: 'file' }, ({ makeBareNamespace, webhook, policies }) => {
    return async (all: readonly Metadata[]): Promise<NamespaceTriple[]> => {
      const triples = await Promise.all(
        all.map(async (metadata) => ({
          annotations: metadata.annotations ?? {},
          labels: metadata.labels ?? {},
          bare: await makeBareNamespace(metadata),
          byWebhook: await makeBareNamespace(metadata),
          byPolicy: await makeBareNamespace(metadata),
        })),
      );
      await webhook.select(...triples.map(({ byWebhook }) => byWebhook));
      await policies.select(...triples.map(({ byPolicy }) => byPolicy));
      return triples;
    };
  })
  .extend('api', { scope: 'file' }, async ({ failurePolicy: _ }, { onCleanup }) => {
    const api = await startApi();
    onCleanup(api.close);
    return api;
  });

/** Creates a pod in each of the three namespaces, as a dry run. */
export async function createInEach(
  api: Api,
  namespaces: NamespaceTriple,
  pod: Pod,
): Promise<CreateResults> {
  const [bare, byWebhook, byPolicy] = await Promise.all([
    create(api, namespaces.bare, pod),
    create(api, namespaces.byWebhook, pod),
    create(api, namespaces.byPolicy, pod),
  ]);
  return { bare, byWebhook, byPolicy };
}

/** Creates a pod as a dry run. Throws for a response that is neither a success nor a rejection. */
export async function create(api: Api, namespace: Namespace, pod: Pod): Promise<CreateResult> {
  const path = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
  const { code, body } = await api.post(path, pod);
  const message = body.message ?? 'accepted';
  if (code === 201) {
    const stored = body as Pod;
    return { kind: 'accepted', message, pod: stored, comparable: comparable(stored, namespace) };
  }
  if (code !== 403 && code !== 422 && code !== 400) throw new Error(`${code}: ${message}`);
  return { kind: PODHERALD_DENIAL.test(message) ? 'denied' : 'rejected', message };
}

const PODHERALD_DENIAL =
  /admission webhook "pods\.podherald\.dev" denied|ValidatingAdmissionPolicy '/;

/** The status annotation, with the annotation prefix of each config in these tests. */
const STATUS = /^(podherald\.dev|meta\.example\.com)\/status$/;

function comparable({ metadata, status: _, ...rest }: Pod, namespace: Namespace): object {
  const { uid, resourceVersion, creationTimestamp, managedFields, ...kept } = metadata as Metadata &
    Record<string, unknown>;
  const all = Object.entries(kept.annotations ?? {});
  const annotations = Object.fromEntries(all.filter(([key]) => !STATUS.test(key)));
  const name = kept.generateName ?? kept.name;
  const text = JSON.stringify({ ...rest, metadata: { ...kept, name, annotations } });
  return JSON.parse(
    text
      .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access')
      .replaceAll(namespace.name, 'the-namespace'),
  );
}
