/**
 * The kinds of errors, with the exit code of each. Code and tests compare kinds, never messages.
 */
export const ERROR_EXITS = {
  /** The command line is wrong. */
  usage: 2,
  /** A file cannot be read or written. */
  file: 1,
  /** The input is not YAML, or contains a pod that the webhook would deny or could not change. */
  manifest: 1,
  /** A config is invalid, or the installed config cannot be found. */
  config: 1,
  /** A certificate or key is invalid. */
  certificate: 1,
  /** An address or port cannot be used, or a server does not answer. */
  listen: 1,
  /** The API server cannot be reached, or rejects a request. */
  cluster: 1,
  /** Pods are missing an injection that they request. */
  audit: 1,
  /** Something that was explained would not get what it requests. */
  explain: 1,
  /** A bug in podherald. */
  internal: 1,
} as const satisfies Record<string, 1 | 2>;

export type ErrorCode = keyof typeof ERROR_EXITS;

/** An error with a message for the user: what is wrong, where, what was expected, what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One error for several faults, a line each. `runCli` adds the prefix of the first line. */
export function faultsError(code: ErrorCode, faults: readonly string[]): AppError {
  return new AppError(code, faults.join('\npodherald: '));
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
};

/** Why a file cannot be read, as the end of a sentence. */
export function readFailure(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return READ_FAILURES[code] ?? message;
}
