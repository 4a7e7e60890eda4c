import { isObject, type Json, type JsonObject } from '../api/json.ts';

/** The only version of AdmissionReview that podherald supports (k8s.io/api/admission/v1). */
export const REVIEW_API_VERSION = 'admission.k8s.io/v1';
export const REVIEW_KIND = 'AdmissionReview';

/** The parts of an AdmissionRequest that podherald reads. */
export interface AdmissionRequest {
  readonly uid: string;
  /** The namespace of the request. The object's own field may be missing, and is ignored. */
  readonly namespace: string;
  readonly operation: string;
  /** As in `pods`, `deployments.apps` or `pods/status`. */
  readonly resource: string;
  readonly dryRun: boolean;
  readonly object: unknown;
  /** The size of the whole review; 0 if it is not known. */
  readonly bytes: number;
}

/** Why a body is not a review, in a sentence for whoever sent it. */
export interface InvalidReview {
  readonly invalid: string;
}

/**
 * Reads a parsed body. Unknown fields are ignored.
 *
 * @param bytes the size of the body.
 */
export function parseReview(body: unknown, bytes = 0): AdmissionRequest | InvalidReview {
  if (!isObject(body)) return invalid('expected an AdmissionReview, got another JSON value');
  const { apiVersion, kind, request } = body;
  if (apiVersion !== REVIEW_API_VERSION || kind !== REVIEW_KIND) {
    const got = `kind ${nameOrNone(kind)} and apiVersion ${nameOrNone(apiVersion)}`;
    return invalid(`expected an ${REVIEW_KIND} of ${REVIEW_API_VERSION}, got ${got}`);
  }
  if (!isObject(request)) return invalid('the AdmissionReview has no request');
  const { uid, namespace, operation, dryRun, object } = request;
  if (typeof uid !== 'string' || uid === '') return invalid('the request has no uid');
  const names = {
    uid,
    namespace: text(namespace),
    operation: text(operation),
    resource: resourceOf(request),
  };
  const tooLong = Object.entries(names).find(([, name]) => name.length > NAME_LENGTH);
  if (tooLong) return invalid(`the ${tooLong[0]} has more than ${NAME_LENGTH} characters`);
  return {
    ...names,
    dryRun: dryRun === true,
    object,
    bytes,
  };
}

/** Whether `parseReview` could not read the body. */
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

/**
 * The longest uid, namespace, operation and resource. Kubernetes allows less: its longest names have
 * 253 characters. They are logged, and the response has the uid.
 */
const NAME_LENGTH = 1024;

/** The longest text of a body that is quoted in an answer. */
const QUOTED_LENGTH = 60;

function nameOrNone(value: Json | undefined): string {
  return text(value).slice(0, QUOTED_LENGTH) || '(none)';
}

/** The pod's name. A controller's pod has only a generateName while it is created: `web-abc-*`. */
export function podName({ object }: AdmissionRequest): string {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  if (!isObject(metadata)) return '';
  const { name, generateName } = metadata;
  if (typeof name === 'string') return name;
  return typeof generateName === 'string' ? `${generateName}*` : '';
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
