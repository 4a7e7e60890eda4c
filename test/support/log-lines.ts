import { type LevelWithSilent, type Logger, pino } from 'pino';

/** A line as pino writes it. `level` is one of LEVEL. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

export const LEVEL = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** A log that collects its lines. */
export function logLines(level: LevelWithSilent = 'debug'): {
  readonly log: Logger;
  readonly lines: LogLine[];
} {
  const lines: LogLine[] = [];
  const log = pino({ level, base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}
