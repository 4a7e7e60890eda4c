import type { Json, JsonObject } from '../../src/core/api/json.ts';

/** A pod as the API server sends it. The members of `spec` replace the default ones. */
export function makePod(annotations: JsonObject, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', namespace: 'object-namespace', annotations },
    spec: { containers: [{ name: 'app', image: 'busybox' }], ...spec },
  };
}

/** A pod that requests metadata and nothing else. */
export const REQUESTING_POD = makePod({ 'inject-metadata': 'true' });

/** A v1 AdmissionReview of a pod's creation. The members of `request` replace the default ones. */
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
