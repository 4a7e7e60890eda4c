const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
const STATUS_OK = 'HTTP/1.1 200 ';

/** Where an HTTP/1.1 answer ends, or undefined while that cannot be seen; throws if it is not a 200. */
export function responseEnd(received: Buffer): number | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  if (!head.startsWith(STATUS_OK)) throw new Error(`expected a 200, got\n${received}`);
  const bodyStart = headEnd + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bodyStart + Number(length);
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
    throw new Error(`an answer with neither Content-Length nor chunks:\n${head}`);
  }
  const lastChunk = received.indexOf(LAST_CHUNK, bodyStart - 2);
  return lastChunk === -1 ? undefined : lastChunk + LAST_CHUNK.length;
}
