import type { Json, JsonObject } from '../../src/core/api/json.ts';

/** A pod as the API server sends it, with members laid over those of its own. */
export function makePod(annotations: JsonObject, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', namespace: 'object-namespace', annotations },
    spec: { containers: [{ name: 'app', image: 'busybox' }], ...spec },
  };
}

export const ASKING_POD = makePod({ 'inject-metadata': 'true' });

/** A v1 review of a pod that is being created, with members laid over those of its request. */
export function makeReview(object: Json, request: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      name: 'web-0',
      namespace: 'shop',
      operation: 'CREATE',
      object,
      oldObject: null,
      dryRun: false,
      ...request,
    },
  };
}
