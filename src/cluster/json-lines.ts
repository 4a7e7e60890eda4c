import { Trouble } from './trouble.ts';

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, wherever its chunks begin and end. Bytes become text only
 * once a line is complete, so that no character is cut in two.
 *
 * @param limitBytes how long a line may be at most.
 * @returns takes the next chunk, and returns the lines that it completes, the empty ones left out.
 * @throws Trouble where a line does not end: a list gets past it.
 */
export function lineReader(limitBytes: number): (chunk: Buffer) => string[] {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  return (chunk) => {
    const lines: string[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...begun, chunk.subarray(from, to)]).toString('utf8');
      if (line !== '') lines.push(line);
      begun = [];
      begunBytes = 0;
      from = to + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    begunBytes += chunk.length - from;
    if (begunBytes > limitBytes) {
      throw new Trouble(`the watch sent a line of over ${limitBytes} bytes`, { relist: true });
    }
    return lines;
  };
}
