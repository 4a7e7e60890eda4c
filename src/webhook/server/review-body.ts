import { type FindNamespace, nameOnly, review } from '../../core/admission/mutate.ts';
import { type Mutation, skipped } from '../../core/admission/mutation.ts';
import { type AdmissionRequest, isInvalid, parseReview } from '../../core/admission/review.ts';
import { finding } from '../../core/decision/findings.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { sentencesAbout } from '../../diagnosis/applied-object.ts';
import { HttpError } from './http-error.ts';

export interface ReviewOptions {
  /** The current rules, read for each review. */
  readonly rules: () => Rules;
  /** Absent if namespaces are not read. */
  readonly findNamespace?: FindNamespace | undefined;
}

export interface Reviewed {
  readonly request: AdmissionRequest;
  readonly mutation: Mutation;
}

/**
 * Reviews the body of a request.
 *
 * @throws HttpError 400 or 413 if it is not a review.
 */
export async function reviewBody(
  body: Buffer,
  { rules, findNamespace = nameOnly }: ReviewOptions,
): Promise<Reviewed> {
  const { request, find, isTooLarge } = readReview(body, findNamespace);
  if (isTooLarge) return { request, mutation: skipped(finding('too_large', {})) };
  return { request, mutation: await review(request, find, rules()) };
}

/** A review of an object that was applied, and what to say about it. */
export interface Warned {
  readonly request: AdmissionRequest;
  readonly sentences: readonly string[];
  /** Why nothing can be said. */
  readonly error?: unknown;
}

/**
 * Finds what to say about the object in the body of a request. Nothing that is wrong with the object is an error.
 *
 * @throws HttpError 400 or 413 if it is not a review.
 */
export async function warnBody(
  body: Buffer,
  { rules, findNamespace = nameOnly }: ReviewOptions,
): Promise<Warned> {
  const { request, find, isTooLarge } = readReview(body, findNamespace);
  if (isTooLarge) return { request, sentences: [] };
  try {
    const namespace = await find(request.namespace);
    return { request, sentences: sentencesAbout(request.object, namespace, rules()) };
  } catch (error) {
    return { request, sentences: [], error };
  }
}

/**
 * The request of a body that is too costly to parse. An author of a pod can make the API server send
 * one, and no operator should be alerted for it. So it is answered, if it starts as the API server
 * writes a review: with the fields in the order of their declaration (k8s.io/api/admission/v1).
 */
function requestFromHead(body: Buffer): AdmissionRequest | undefined {
  const head = body.toString('utf8', 0, HEAD_BYTES);
  const [, uid] = UID.exec(head) ?? [];
  if (uid === undefined) return undefined;
  const { group, kind = '' } = RESOURCE.exec(head)?.groups ?? {};
  const { name, namespace = '', operation = '' } = NAMES.exec(head)?.groups ?? {};
  return {
    uid,
    namespace,
    operation,
    resource: group ? `${kind}.${group}` : kind,
    dryRun: false,
    object: { metadata: { name } },
    bytes: body.length,
  };
}

const HEAD_BYTES = 4096;
const UID =
  /^\{"kind":"AdmissionReview","apiVersion":"admission\.k8s\.io\/v1","request":\{"uid":"([\w-]{1,64})"/;
const RESOURCE =
  /,"resource":\{"group":"(?<group>[\w.-]{0,253})","version":"\w{1,63}","resource":"(?<kind>\w{1,63})"\}/;
const NAMES =
  /,(?:"name":"(?<name>[\w.-]{1,253})",)?"namespace":"(?<namespace>[\w-]{1,63})","operation":"(?<operation>[A-Z]{1,16})",/;

interface PendingReview {
  readonly request: AdmissionRequest;
  readonly find: FindNamespace;
  /** The object has not been read, because it is too costly to parse. */
  readonly isTooLarge?: true;
}

/**
 * Parses a review. If its namespace has to be read from the API server, the object is dropped during
 * that time and parsed again afterwards: parsed objects take up to 20 times as much memory as their
 * text, and many reviews may wait at once.
 */
function readReview(body: Buffer, findNamespace: FindNamespace): PendingReview {
  if (hasTooManyValues(body)) {
    const request = requestFromHead(body);
    if (request === undefined) throw new HttpError(413, TOO_MANY_VALUES);
    return { request, find: findNamespace, isTooLarge: true };
  }
  const parse = (): AdmissionRequest => {
    const parsed = parseReview(parseBody(body), body.length);
    if (isInvalid(parsed)) throw new HttpError(400, parsed.invalid);
    return parsed;
  };
  let parsed: AdmissionRequest | undefined = parse();
  const { object: _, ...fields } = parsed;
  return {
    request: {
      ...fields,
      get object() {
        parsed ??= parse();
        return parsed.object;
      },
    },
    find(name) {
      const found = findNamespace(name);
      if (found instanceof Promise) parsed = undefined;
      return found;
    },
  };
}

/**
 * The most objects, lists and items of a body that is parsed. A pod that etcd can store (1.5 MiB) has
 * fewer: its smallest list items, env vars such as `{"name":"A","value":""},`, take 25 bytes and count
 * three times, which makes 190,000. Without a limit, 7 MiB of `[[[…` take 190 MiB of heap and 3 s;
 * 250,000 take at most 30 MiB and 1 s.
 */
const MAX_VALUES = 250_000;

/** @throws HttpError 400 if the body is not JSON. */
function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new HttpError(400, EMPTY_BODY);
  try {
    // JSON.parse keeps `__proto__` as the plain key that it is in a pod.
    return JSON.parse(bytes.toString());
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}

export const EMPTY_BODY = 'the body is empty; send an AdmissionReview';

const TOO_MANY_VALUES = `the body has more than ${MAX_VALUES} objects, lists and items`;

const [QUOTE, BACKSLASH, COMMA, LIST, OBJECT] = [...Buffer.from('"\\,[{')];

/** Whether the body has more values than may be parsed. */
function hasTooManyValues(bytes: Buffer): boolean {
  if (bytes.length <= MAX_VALUES) return false;
  let values = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === COMMA || byte === LIST || byte === OBJECT) values++;
  }
  return values > MAX_VALUES;
}
