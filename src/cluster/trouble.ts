export interface TroubleOptions extends ErrorOptions {
  /** The status that the API server answered, where it did. */
  readonly status?: number;
  /** Whether events may have been missed, so that only a new list is certain. */
  readonly relist?: boolean;
  readonly retryAfterMs?: number;
}

/** Why the API server could not be read, and what follows from that. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly status: number | undefined;
  readonly relist: boolean;
  readonly retryAfterMs: number;

  constructor(message: string, options: TroubleOptions = {}) {
    super(message, options);
    this.status = options.status;
    this.relist = options.relist ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** Such as ECONNREFUSED: the system's own word is what one searches for. */
const SYSTEM_ERROR = /^E[A-Z]+$/;

/** The one function that turns errors into troubles: what is not one yet comes from the network. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const why = SYSTEM_ERROR.test(code) ? code : message;
  return new Trouble(`the API server cannot be reached: ${why}`, { cause: error });
}
