import { type Api, startApi } from './api.ts';
import type { Namespace } from './namespace.ts';
import type { Metadata, Pod } from './objects.ts';
import { makePolicies } from './policies.ts';
import { test as suite } from './suite.ts';

/** One namespace, made three times. */
export interface Triplets {
  readonly annotations: Readonly<Record<string, string>>;
  readonly bare: Namespace;
  readonly byWebhook: Namespace;
  readonly byPolicy: Namespace;
}

/** What became of one pod in each of them. */
export interface Fates {
  readonly bare: Fate;
  readonly byWebhook: Fate;
  readonly byPolicy: Fate;
}

/** `denied` by podherald or its policies, `refused` by the API server itself. */
export interface Fate {
  readonly kind: 'accepted' | 'refused' | 'denied';
  readonly message: string;
  /** As it is stored. */
  readonly pod?: Pod;
  /** Without what is made up for each pod, and without the status, which only podherald writes. */
  readonly comparable?: object;
}

suite.override('config', { namespaces: { annotations: true } });

/** The suite's test with podherald as a webhook in some namespaces, and its policies in others. */
export const test = suite
  .extend('policies', { scope: 'file' }, async ({ config }, { onCleanup }) => {
    const policies = await makePolicies(config);
    onCleanup(policies.remove);
    return policies;
  })
  .extend('makeTriplets', { scope: 'file' }, ({ makeBareNamespace, webhook, policies }) => {
    return async (all: readonly Metadata[]): Promise<Triplets[]> => {
      const triplets = await Promise.all(
        all.map(async (metadata) => ({
          annotations: metadata.annotations ?? {},
          bare: await makeBareNamespace(metadata),
          byWebhook: await makeBareNamespace(metadata),
          byPolicy: await makeBareNamespace(metadata),
        })),
      );
      await webhook.select(...triplets.map(({ byWebhook }) => byWebhook));
      await policies.select(...triplets.map(({ byPolicy }) => byPolicy));
      return triplets;
    };
  })
  .extend('api', { scope: 'file' }, async ({ failurePolicy: _ }, { onCleanup }) => {
    const api = await startApi();
    onCleanup(api.close);
    return api;
  });

/** What the API server makes of a pod in each of them, all but storing it. */
export async function createThrice(api: Api, places: Triplets, pod: Pod): Promise<Fates> {
  const [bare, byWebhook, byPolicy] = await Promise.all([
    create(api, places.bare, pod),
    create(api, places.byWebhook, pod),
    create(api, places.byPolicy, pod),
  ]);
  return { bare, byWebhook, byPolicy };
}

export async function create(api: Api, namespace: Namespace, pod: Pod): Promise<Fate> {
  const path = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
  const { code, body } = await api.post(path, pod);
  const message = body.message ?? 'accepted';
  if (code === 201) {
    const stored = body as Pod;
    return { kind: 'accepted', message, pod: stored, comparable: comparable(stored, namespace) };
  }
  if (code !== 403 && code !== 422 && code !== 400) throw new Error(`${code}: ${message}`);
  return { kind: OUR_DENIAL.test(message) ? 'denied' : 'refused', message };
}

const OUR_DENIAL = /admission webhook "pods\.podherald\.dev" denied|ValidatingAdmissionPolicy '/;

/** Under the prefixes of all configs here. */
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
