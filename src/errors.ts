/**
 * Every way in which a command can fail for a reason that its user can mend, with the exit code
 * that it ends in. Tests and callers compare these codes, never messages.
 */
export const ERROR_EXITS = {
  /** The command line is wrong. */
  usage: 2,
  /** A file cannot be read or written. */
  file: 1,
  /** The input is not YAML, or holds a pod that the webhook would deny or leave alone. */
  manifest: 1,
  /** A config is at fault. */
  config: 1,
  /** A certificate or key cannot be used. */
  certificate: 1,
  /** A port or address cannot be listened on. */
  listen: 1,
  /** The API server cannot be reached, or refuses. */
  cluster: 1,
  /** Pods lack what they ask for. */
  audit: 1,
  /** podherald itself is at fault. */
  internal: 1,
} as const satisfies Record<string, 1 | 2>;

export type ErrorCode = keyof typeof ERROR_EXITS;

/** An error whose message is written for the person who has to mend it. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One error for several faults. Each is a line of the message, with the prefix that `main` adds to the first line. */
export function faultsError(code: ErrorCode, faults: readonly string[]): AppError {
  return new AppError(code, faults.join('\npodherald: '));
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
};

/** Why a file cannot be read, as the end of a sentence. */
export function readFailure(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return READ_FAILURES[code] ?? message;
}
