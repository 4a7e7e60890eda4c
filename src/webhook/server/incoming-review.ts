import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { type Body, receiveBody, Stop } from './body.ts';
import { HttpError } from './http-error.ts';
import type { MemoryBudget, MemoryShare } from './memory-budget.ts';

/** What a request takes besides its body and its response, such as its headers. */
const REQUEST_BYTES = 16 * 1024;

/**
 * How long a body may take to arrive, and a response to be received: the client is in the same
 * cluster. Less than a pod's grace period (30 s), because a process that shuts down waits for open
 * requests.
 */
export const CLIENT_TIMEOUT_MS = 10_000;

/**
 * A request from its headers until its response is received: its body, its memory and its time. Of
 * Node.js, no limit of time would hold while the server closes.
 */
export class IncomingReview {
  readonly #response: ServerResponse;
  readonly #share: MemoryShare;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new Stop();
  #body: Body | undefined;
  #isAnswered = false;

  constructor(response: ServerResponse, budget: MemoryBudget) {
    this.#response = response;
    this.#share = budget.open(() => this.#end(new HttpError(503, TOO_MANY)));
    this.#share.use(REQUEST_BYTES);
    this.#timer = setTimeout(() => this.#end(new HttpError(408, TOO_SLOW)), CLIENT_TIMEOUT_MS);
    response.once('close', () => {
      clearTimeout(this.#timer);
      this.#body?.free();
      this.#share.release();
    });
  }

  /** The body; undefined if there is none. */
  get body(): Buffer | undefined {
    return this.#body?.bytes;
  }

  /**
   * Receives the body.
   *
   * @param announcedBytes the `content-length`, if the request has one.
   * @throws HttpError 413, 400, 408 if it takes too long, 503 if all requests take too much memory.
   */
  async receive(stream: Readable, announcedBytes: number | undefined): Promise<void> {
    this.#body = await receiveBody(stream, {
      announcedBytes,
      allocate: (bytes) => this.#share.use(REQUEST_BYTES + bytes),
      stop: this.#stop,
    });
    this.#share.isHeld = true;
  }

  /** Drops the body, and tells how large the response is that is sent now. */
  answer(responseBytes: number): void {
    this.#isAnswered = true;
    this.#body?.free();
    this.#timer.refresh();
    this.#share.isHeld = false;
    this.#share.use(REQUEST_BYTES + responseBytes);
  }

  #end(error: HttpError): void {
    if (this.#isAnswered) this.#response.destroy();
    else this.#stop.now(error);
  }
}

const TOO_MANY = 'too many bytes of other requests are being received; try again';
const TOO_SLOW = `the body did not arrive within ${CLIENT_TIMEOUT_MS / 1000} s`;
