/** A request that podherald does not serve, with a sentence for whoever sent it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** The status and the sentence that answer an error, whoever threw it. */
export interface ErrorAnswer {
  readonly statusCode: number;
  readonly sentence: string;
}

/** Sentences for what fastify itself refuses, by its stable codes. */
const FASTIFY_ANSWERS: Readonly<Record<string, ErrorAnswer>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    statusCode: 415,
    sentence: 'send the AdmissionReview as content-type application/json',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { statusCode: 413, sentence: 'the body is larger than 7 MiB' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    statusCode: 400,
    sentence: 'the body is not as long as its content-length says',
  },
};

/** The one function that turns errors into answers. */
export function answerError(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) {
    return { statusCode: error.statusCode, sentence: error.message };
  }
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? FASTIFY_ANSWERS[code] : undefined;
  if (known !== undefined) return known;
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { statusCode, sentence: 'the request is not one that podherald serves' };
  }
  return { statusCode: 500, sentence: 'podherald failed; its log says why' };
}
