import { type Answer, type Api, startApi } from './api.ts';
import type { Namespace } from './namespace.ts';
import type { Metadata, Pod } from './objects.ts';
import { makePolicies, type Policies } from './policies.ts';
import { test as suite } from './suite.ts';

/** One namespace, made three times. */
export interface Triplets {
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

/** `denied` by podherald or its policies, `refused` by anything else; or the pod as it is stored. */
export interface Fate {
  readonly kind: 'accepted' | 'refused' | 'denied';
  readonly message: string;
  readonly pod?: Pod;
  /** As it was answered. */
  readonly stored?: Pod;
}

suite.override('config', { namespaces: { annotations: true } });

export const test = suite
  .extend('policies', { scope: 'file' }, async ({ failurePolicy: _ }, { onCleanup }) => {
    const policies: Policies = await makePolicies([]);
    onCleanup(policies.remove);
    return policies;
  })
  .extend('makeTriplets', { scope: 'file' }, ({ makeBareNamespace, makeNamespace, policies }) => {
    return async (metadata?: Metadata): Promise<Triplets> => {
      const bare = await makeBareNamespace(metadata);
      const byWebhook = await makeNamespace(metadata);
      const byPolicy = await makeBareNamespace(metadata);
      await policies.select(byPolicy);
      return { bare, byWebhook, byPolicy };
    };
  })
  .extend('api', { scope: 'file' }, async ({ failurePolicy: _ }, { onCleanup }) => {
    const api = await startApi();
    onCleanup(api.close);
    return api;
  });

/** What the API server makes of a pod, all but storing it. */
export async function createThrice(api: Api, { bare, byWebhook, byPolicy }: Triplets, pod: Pod) {
  const [one, two, three] = await Promise.all(
    [bare, byWebhook, byPolicy].map((namespace) => create(api, namespace, pod)),
  );
  return { bare: one, byWebhook: two, byPolicy: three } as Fates;
}

export async function create(api: Api, namespace: Namespace, pod: Pod): Promise<Fate> {
  const path = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
  const answer = await api.post(path, pod);
  const { message = '' } = answer.body;
  if (answer.code === 201) {
    const stored = answer.body as Pod;
    return { kind: 'accepted', message, stored, pod: comparable(stored, namespace) };
  }
  if (answer.code === 403 && message.startsWith('admission webhook "pods.podherald.dev" denied')) {
    return { kind: 'denied', message };
  }
  if (answer.code === 422 || answer.code === 400) {
    return { kind: message.includes('ValidatingAdmissionPolicy') ? 'denied' : 'refused', message };
  }
  throw new Error(`the API server answered ${answer.code}: ${message}`);
}

/** A stored pod without what is made up for each one, and without the status, which only podherald writes. */
function comparable({ metadata, status: _, ...rest }: Pod, namespace: Namespace): Pod {
  const { name, generateName, labels, annotations = {}, ...others } = metadata;
  const { 'podherald.dev/status': __, ...written } = annotations;
  const kept = {
    name: generateName ?? name,
    labels,
    annotations: written,
    ownerReferences: others,
  };
  const { uid, resourceVersion, creationTimestamp, managedFields, ...mine } =
    kept.ownerReferences as Record<string, unknown>;
  const text = JSON.stringify({
    ...rest,
    metadata: { ...mine, ...kept, ownerReferences: undefined },
  });
  return JSON.parse(
    text
      .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access')
      .replaceAll(namespace.name, 'the-namespace'),
  );
}

export type { Answer };
