import type { Readable } from 'node:stream';
import { HttpError } from './http-error.ts';

/** A review may carry an object and an old object of 3 MiB each (controller-runtime's limit too). */
const BODY_LIMIT_BYTES = 7 * 1024 * 1024;

/** The first buffer of a body: a typical review (5 to 50 KiB) grows it twice at most. */
const FIRST_CAPACITY_BYTES = 16 * 1024;

/**
 * Each chunk costs time. A client that writes the body at once sends 7 MiB in some 5,000 TLS records,
 * of 1,400 bytes or more. 7 MiB in chunks of one byte would take seconds.
 */
const MAX_CHUNKS = 10_000;

/** The bytes of a body. */
export interface Body {
  /** A view that is valid until `free`. */
  readonly bytes: Buffer;
  /** Frees the memory at once, without waiting for a garbage collection. */
  free(): void;
}

export interface ReceiveOptions {
  /** The `content-length`; undefined if the body comes in chunks. */
  readonly announcedBytes: number | undefined;
  /** Called before the buffer of the body gets this size. It may abort `stop`. */
  readonly allocate: (bytes: number) => void;
  /** Its reason is thrown when it aborts. */
  readonly stop: AbortSignal;
}

/**
 * Receives a body into one buffer. Neither the announced size nor the number of chunks costs memory:
 * 7 MiB in chunks of one byte, each kept as an object, would take more than 1 GiB.
 *
 * @throws HttpError 413 if the body is too large or in too many chunks, 400 if its size is not the
 * announced one.
 */
export function receiveBody(
  stream: Readable,
  { announcedBytes, allocate, stop }: ReceiveOptions,
): Promise<Body> {
  const body = new GrowingBuffer();
  let chunks = 0;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onError);
      stop.removeEventListener('abort', onStop);
      settle();
    };
    const fail = (error: unknown): void => {
      end(() => {
        body.free();
        reject(error);
      });
    };
    const onStop = (): void => fail(stop.reason);
    const onError = (): void =>
      fail(new HttpError(400, 'the connection ended in the middle of the body'));
    const onData = (chunk: Buffer): void => {
      const length = body.length + chunk.length;
      if (length > BODY_LIMIT_BYTES || ++chunks > MAX_CHUNKS) {
        fail(length > BODY_LIMIT_BYTES ? tooLarge() : tooManyChunks());
        return;
      }
      const capacity = body.capacityFor(length);
      if (capacity > body.capacity) allocate(capacity);
      if (!stop.aborted) body.add(chunk, capacity);
    };
    const onEnd = (): void => {
      if (announcedBytes !== undefined && announcedBytes !== body.length) fail(wrongLength());
      else end(() => resolve(body));
    };
    if (stop.aborted) return onStop();
    if (announcedBytes !== undefined && announcedBytes > BODY_LIMIT_BYTES) return fail(tooLarge());
    stop.addEventListener('abort', onStop);
    stream.on('data', onData).on('end', onEnd).on('error', onError);
  });
}

function tooLarge(): HttpError {
  return new HttpError(413, 'the body is larger than 7 MiB');
}

function tooManyChunks(): HttpError {
  return new HttpError(413, `the body comes in more than ${MAX_CHUNKS} chunks`);
}

function wrongLength(): HttpError {
  return new HttpError(400, 'the length of the body does not match its content-length');
}

/** Doubles as it grows. The old memory is freed at once, without waiting for a garbage collection. */
class GrowingBuffer implements Body {
  length = 0;
  #memory = new ArrayBuffer(0);

  get bytes(): Buffer {
    return Buffer.from(this.#memory, 0, this.length);
  }

  get capacity(): number {
    return this.#memory.byteLength;
  }

  /** The capacity that it should have for so many bytes. */
  capacityFor(length: number): number {
    if (length <= this.capacity) return this.capacity;
    const doubled = Math.max(FIRST_CAPACITY_BYTES, 2 ** Math.ceil(Math.log2(length)));
    return Math.min(doubled, BODY_LIMIT_BYTES);
  }

  add(chunk: Buffer, capacity: number): void {
    if (capacity > this.capacity) this.#memory = this.#memory.transfer(capacity);
    new Uint8Array(this.#memory).set(chunk, this.length);
    this.length += chunk.length;
  }

  free(): void {
    this.length = 0;
    this.#memory.transfer(0);
    this.#memory = new ArrayBuffer(0);
  }
}

/**
 * The most objects, lists and items of a body that is parsed. A pod that etcd can store (1.5 MiB) has
 * fewer: its smallest list items, env vars such as `{"name":"A","value":""},`, take 25 bytes and count
 * three times, which makes 190,000. Without a limit, 7 MiB of `[[[…` take 190 MiB of heap and 3 s;
 * 250,000 take at most 30 MiB and 1 s.
 */
const MAX_VALUES = 250_000;

/** @throws HttpError 400 if the body is not JSON, 413 if it has too many values. */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new HttpError(400, EMPTY_BODY);
  if (hasTooManyValues(bytes)) {
    throw new HttpError(413, `the body has more than ${MAX_VALUES} objects, lists and items`);
  }
  try {
    // JSON.parse keeps `__proto__` as the plain key that it is in a pod.
    return JSON.parse(bytes.toString());
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}

export const EMPTY_BODY = 'the body is empty; send an AdmissionReview';

const [QUOTE, BACKSLASH, COMMA, LIST, OBJECT] = [...Buffer.from('"\\,[{')];

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
