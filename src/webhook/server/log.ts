import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A log, and what became of its lines. */
export interface Log {
  readonly log: Logger;
  /** The number of lines that could not be written. */
  droppedLines(): number;
  /** Resolves once all lines are written, or cannot be: it takes a second at most. */
  flush(): Promise<void>;
}

/** A log on standard output: JSON lines for machines, or coloured lines for a terminal. */
export async function createLog(level: LogLevel, format: LogFormat): Promise<Log> {
  const lines = new LogLines(standardOutput());
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: boundedError },
      hooks: {
        logMethod(line, write, level) {
          write.apply(this, line);
          if (level >= URGENT_LEVEL) this.flush();
        },
      },
    },
    format === 'pretty' ? await prettyStream(lines) : lines,
  );
  setInterval(() => lines.flush(), FLUSH_INTERVAL_MS).unref();
  process.once('exit', () => lines.flush());
  return {
    log,
    droppedLines: () => lines.dropped,
    flush: () =>
      new Promise((resolve) => {
        setTimeout(resolve, LAST_FLUSH_LIMIT_MS).unref();
        lines.flush(() => resolve());
      }),
  };
}

/** The longest that the end of a process waits for a reader of its log. */
const LAST_FLUSH_LIMIT_MS = 1_000;

/** The longest text in the log that may come from a pod: a name of Kubernetes has 253 characters. */
const NAME_LENGTH = 256;

/** Cuts a text for the log. A client may send a name of megabytes. */
export function bounded(text: string, length = NAME_LENGTH): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** Enough for a stack of ten frames. */
const ERROR_LENGTH = 4096;

function boundedError(error: Error): object {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message: bounded(message, ERROR_LENGTH), stack: bounded(stack, ERROR_LENGTH) };
}

/** A dozen lines or so: under load, a write for each line would cost as much as the review itself. */
const BUFFERED_BYTES = 4096;

/** The longest that a line stays in the buffer. A process that crashes writes its buffer at exit. */
const FLUSH_INTERVAL_MS = 200;

/** Lines of this level and above are written at once. */
const URGENT_LEVEL = pino.levels.values['warn'] ?? 0;

/** Some thousand lines: seconds of load, for a reader that is late. */
const MAX_PENDING_LENGTH = 1024 * 1024;

/** Where the log is written. */
export interface LogTarget {
  /** Never throws and never waits. `done` is called once the text is written or has failed. */
  write(text: string, done: (error?: Error | null) => void): void;
  /** The length of what is not written yet. */
  pendingLength(): number;
}

/**
 * Collects lines, and drops them if they cannot be written: a full disk, a closed pipe or a reader
 * that stands still must not stop the reviews.
 */
export class LogLines implements DestinationStream {
  dropped = 0;
  readonly #target: LogTarget;
  #text = '';
  #lines = 0;

  constructor(target: LogTarget) {
    this.#target = target;
  }

  write(line: string): void {
    if (this.#text.length + line.length + this.#target.pendingLength() > MAX_PENDING_LENGTH) {
      this.dropped++;
      return;
    }
    this.#text += line;
    this.#lines++;
    if (this.#text.length >= BUFFERED_BYTES) this.flush();
  }

  flush(done: () => void = () => {}): void {
    const lines = this.#lines;
    const text = this.#text;
    this.#text = '';
    this.#lines = 0;
    this.#target.write(text, (error) => {
      if (error) this.dropped += lines;
      done();
    });
  }
}

/**
 * A pipe or a terminal is written by process.stdout, which waits in the background. On a file it
 * would fail for ever after the disk was full once.
 */
function standardOutput(): LogTarget {
  const kind = fstatSync(STDOUT);
  if (kind.isFIFO() || kind.isSocket() || isatty(STDOUT)) {
    return {
      write: (text, done) => void process.stdout.write(text, done),
      pendingLength: () => process.stdout.writableLength,
    };
  }
  return fileTarget(STDOUT);
}

const STDOUT = 1;

/** @param fd a file, which is always written at once. */
export function fileTarget(fd: number): LogTarget {
  let isTorn = false;
  return {
    write(text, done) {
      if (text === '') return done();
      try {
        // What was written of a line when the disk got full stays alone on its line.
        const bytes = Buffer.from(isTorn ? `\n${text}` : text);
        isTorn = writeSync(fd, bytes) < bytes.length;
        done(isTorn ? new Error('the disk is full') : null);
      } catch (error) {
        done(error as Error);
      }
    },
    pendingLength: () => 0,
  };
}

/** Loaded only for this format: it takes as long to load as the rest of the log together. */
async function prettyStream(lines: LogLines): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: process.stdout.hasColors?.() === true,
    ignore: 'uid',
  });
  return {
    write(line) {
      lines.write(pretty(line) ?? '');
      lines.flush();
    },
  };
}
