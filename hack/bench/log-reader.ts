import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;
const TAIL_BYTES = 4096;

/** The other end of a server's log, as a container runtime holds it: a pipe that is always read. */
export class LogReader {
  #lines = 0;
  #tail = '';

  constructor(...pipes: readonly (Readable | null)[]) {
    for (const pipe of pipes) pipe?.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  get lines(): number {
    return this.#lines;
  }

  /** The last lines, for when something went wrong. */
  get tail(): string {
    return this.#tail.trim();
  }

  #read(chunk: Buffer): void {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
      this.#lines++;
    }
    this.#tail = (this.#tail + chunk.toString('latin1', chunk.length - TAIL_BYTES)).slice(
      -TAIL_BYTES,
    );
  }
}
