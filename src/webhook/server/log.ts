import { type DestinationStream, type Logger, pino } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A log on standard output: JSON lines for machines, or coloured lines for a terminal. */
export async function createLog(level: LogLevel, format: LogFormat): Promise<Logger> {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        logMethod(line, write, level) {
          write.apply(this, line);
          if (level >= URGENT_LEVEL) this.flush();
        },
      },
    },
    format === 'pretty' ? await prettyStream() : jsonStream(),
  );
}

/** A dozen lines or so: under load, a write for each line would cost as much as the review itself. */
const BUFFERED_BYTES = 4096;

/** The longest that a line stays in the buffer. A process that crashes writes its buffer at exit. */
const FLUSH_INTERVAL_MS = 200;

/** Lines of this level and above are written at once. */
const URGENT_LEVEL = pino.levels.values['warn'] ?? 0;

function jsonStream(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false, minLength: BUFFERED_BYTES });
  setInterval(() => stream.flush(), FLUSH_INTERVAL_MS).unref();
  return stream;
}

/** Loaded only for this format: it takes as long to load as the rest of the log together. */
async function prettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ colorize: process.stdout.hasColors?.() === true, sync: true, ignore: 'uid' });
}

/** Waits until all lines are written. */
export function flushLog(log: Logger): Promise<void> {
  return new Promise((resolve) => log.flush(() => resolve()));
}
