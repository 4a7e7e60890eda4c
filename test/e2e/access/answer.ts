import { connect } from 'node:net';
import type { Outcome } from './attack.ts';

interface Answer {
  readonly code: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Where the next answer would begin in the text, nothing where that cannot be known. */
  readonly end: number | undefined;
}

/** Of all the requests of the table none takes long, but a busy machine may. */
const LIMIT_MS = 30_000;

/** Sends the bytes as they are, and tells what became of the last request in them. */
export async function outcomeOf(port: number, bytes: string): Promise<Outcome> {
  const text = await exchange(port, bytes);
  const last = answersIn(text).at(-1);
  if (last === undefined) throw new Error(`${JSON.stringify(bytes)} was not answered`);
  return judge(last);
}

/** The filter's answer is bare, where the API server's own has an Audit-Id. */
function judge({ code, headers }: Answer): Outcome {
  if (headers.has('audit-id') || code === 101) return code < 400 ? 'passes' : 'api';
  const bare = headers.get('content-length') === `${'Forbidden\n'.length}`;
  return code === 403 && bare ? 'filter' : 'kubectl';
}

/** All that comes until the other side closes, which after a refused upgrade it does not. */
async function exchange(port: number, bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const staysOpen = !/^connection: close/im.test(bytes);
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error(`no end of ${JSON.stringify(text)}`)));
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (staysOpen && answersIn(text).length > 0) socket.destroy();
  });
  socket.on('error', reject);
  socket.on('close', () => resolve(text));
  socket.write(bytes, 'latin1');
  return promise;
}

function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  for (let start: number | undefined = 0; start !== undefined; ) {
    const answer = answerAt(text, start);
    if (answer === undefined) break;
    answers.push(answer);
    start = answer.end;
  }
  return answers;
}

function answerAt(text: string, start: number): Answer | undefined {
  const blank = text.indexOf('\r\n\r\n', start);
  if (blank === -1) return undefined;
  const [status = '', ...lines] = text.slice(start, blank).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = headers.get('content-length');
  const end = length === undefined ? undefined : blank + '\r\n\r\n'.length + Number(length);
  return { code: Number(status.split(' ')[1]), headers, end };
}
