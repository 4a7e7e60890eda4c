import type { Readable } from 'node:stream';
import { HttpError } from './http-error.ts';

/** A review may carry an object and an old object of 3 MiB each (controller-runtime's limit too). */
const BODY_LIMIT_BYTES = 7 * 1024 * 1024;

/** The first buffer of a body in several chunks: a typical review has 5 to 50 KiB. */
const FIRST_CAPACITY_BYTES = 64 * 1024;

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
  /** The `content-length`, if the request has one. */
  readonly announcedBytes: number | undefined;
  /** Called before the buffer of the body gets this size. It may stop the body. */
  readonly allocate: (bytes: number) => void;
  readonly stop: Stop;
}

/** Ends the receiving of a body, as an AbortController does for a tenth of its cost. */
export class Stop {
  #error: HttpError | undefined;
  #listener: ((error: HttpError) => void) | undefined;

  get isStopped(): boolean {
    return this.#error !== undefined;
  }

  now(error: HttpError): void {
    this.#error ??= error;
    this.#listener?.(this.#error);
  }

  /** Calls back with the error, at once if it has been stopped already; undefined: never again. */
  listen(listener: ((error: HttpError) => void) | undefined): void {
    this.#listener = listener;
    if (this.#error !== undefined) listener?.(this.#error);
  }
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
      stop.listen(undefined);
      settle();
    };
    const fail = (error: unknown): void => {
      end(() => {
        body.free();
        reject(error);
      });
    };
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
      if (!stop.isStopped) body.add(chunk, capacity);
    };
    const onEnd = (): void => {
      if (announcedBytes !== undefined && announcedBytes !== body.length) fail(wrongLength());
      else end(() => resolve(body));
    };
    if (announcedBytes !== undefined && announcedBytes > BODY_LIMIT_BYTES) return fail(tooLarge());
    stream.on('data', onData).on('end', onEnd).on('error', onError);
    stop.listen(fail);
  });
}

function tooLarge(): HttpError {
  return new HttpError(413, 'the body is larger than 7 MiB');
}

function tooManyChunks(): HttpError {
  return new HttpError(413, `the body arrives in more than ${MAX_CHUNKS} pieces; write it at once`);
}

function wrongLength(): HttpError {
  return new HttpError(400, 'the length of the body does not match its content-length');
}

/**
 * Keeps a single chunk as it is, as that of most reviews. For more chunks it has memory of its own,
 * which doubles as it grows, and which is freed at once, without waiting for a garbage collection.
 */
class GrowingBuffer implements Body {
  #chunk: Buffer | undefined;
  #memory = NO_MEMORY;
  #length = 0;

  get length(): number {
    return this.#chunk?.length ?? this.#length;
  }

  get bytes(): Buffer {
    return this.#chunk ?? Buffer.from(this.#memory, 0, this.#length);
  }

  get capacity(): number {
    return this.#chunk?.length ?? this.#memory.byteLength;
  }

  /** The capacity that it needs for so many bytes. */
  capacityFor(length: number): number {
    if (this.length === 0 || length <= this.capacity) return Math.max(length, this.capacity);
    const doubled = Math.max(FIRST_CAPACITY_BYTES, 2 ** Math.ceil(Math.log2(length)));
    return Math.min(doubled, BODY_LIMIT_BYTES);
  }

  add(chunk: Buffer, capacity: number): void {
    if (this.length === 0) {
      this.#chunk = chunk;
      return;
    }
    if (this.#chunk !== undefined) {
      this.#memory = new ArrayBuffer(capacity);
      this.#append(this.#chunk);
      this.#chunk = undefined;
    } else if (capacity > this.#memory.byteLength) this.#memory = this.#memory.transfer(capacity);
    this.#append(chunk);
  }

  free(): void {
    this.#chunk = undefined;
    this.#length = 0;
    if (this.#memory !== NO_MEMORY) this.#memory.transfer(0);
    this.#memory = NO_MEMORY;
  }

  #append(chunk: Buffer): void {
    new Uint8Array(this.#memory).set(chunk, this.#length);
    this.#length += chunk.length;
  }
}

const NO_MEMORY = new ArrayBuffer(0);
