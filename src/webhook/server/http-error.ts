/** A request that podherald does not serve. Its message is sent to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** The response to an error. */
export interface ErrorAnswer {
  readonly statusCode: number;
  readonly sentence: string;
}

/** Responses to what fastify itself rejects, by its stable codes. */
const FASTIFY_ANSWERS: Readonly<Record<string, ErrorAnswer>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    statusCode: 415,
    sentence: 'unsupported content type: send the AdmissionReview as application/json',
  },
};

/** The only function that turns errors into responses. */
export function answerError(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) {
    return { statusCode: error.statusCode, sentence: error.message };
  }
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? FASTIFY_ANSWERS[code] : undefined;
  if (known !== undefined) return known;
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { statusCode, sentence: 'bad request' };
  }
  return { statusCode: 500, sentence: 'internal error; see the log of podherald' };
}
