import { isObject, type Json, type JsonObject } from '../api/json.ts';

/** The one version podherald speaks (k8s.io/api/admission/v1). */
export const REVIEW_API_VERSION = 'admission.k8s.io/v1';
export const REVIEW_KIND = 'AdmissionReview';

/** What podherald reads of an AdmissionRequest. */
export interface AdmissionRequest {
  readonly uid: string;
  /** Where the object is created. The object's own namespace may be missing, and does not count. */
  readonly namespace: string;
  readonly operation: string;
  /** As in `pods`, `deployments.apps` or `pods/status`. */
  readonly resource: string;
  readonly dryRun: boolean;
  readonly object: unknown;
}

/** A body that is no review, in a sentence for whoever sent it. */
export interface InvalidReview {
  readonly invalid: string;
}

/** Reads what JSON.parse made of a body. All that podherald does not know of a review is ignored. */
export function parseReview(body: unknown): AdmissionRequest | InvalidReview {
  if (!isObject(body)) return invalid('the body is not an AdmissionReview but another JSON value');
  const { apiVersion, kind, request } = body;
  if (apiVersion !== REVIEW_API_VERSION || kind !== REVIEW_KIND) {
    const got = `${text(kind) || 'no kind'} of ${text(apiVersion) || 'no apiVersion'}`;
    return invalid(`expected an ${REVIEW_KIND} of ${REVIEW_API_VERSION}, got ${got.slice(0, 120)}`);
  }
  if (!isObject(request)) return invalid('the AdmissionReview has no request');
  const { uid, namespace, operation, dryRun, object } = request;
  if (typeof uid !== 'string' || uid === '') return invalid('the request has no uid');
  return {
    uid,
    namespace: text(namespace),
    operation: text(operation),
    resource: resourceOf(request),
    dryRun: dryRun === true,
    object,
  };
}

export function isInvalid(review: AdmissionRequest | InvalidReview): review is InvalidReview {
  return 'invalid' in review;
}

function invalid(sentence: string): InvalidReview {
  return { invalid: sentence };
}

function resourceOf({ resource, subResource }: JsonObject): string {
  if (!isObject(resource)) return '';
  const { group, resource: name } = resource;
  return [
    text(name),
    text(group) && `.${text(group)}`,
    text(subResource) && `/${text(subResource)}`,
  ].join('');
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
