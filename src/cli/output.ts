import { styleText } from 'node:util';

/** Where commands write, so that tests can read it. Colours only where a terminal shows them. */
export interface Output {
  /** The result: what another program may read. */
  out(text: string): void;
  /** For people: notes, summaries, errors. */
  note(text: string): void;
  /** How far something has come, in place of what it said before; only where a terminal shows it. */
  readonly progress?: (text: string) => void;
  readonly colour: boolean;
}

type Style = Parameters<typeof styleText>[0];

export function processOutput(): Output {
  // Who reads us may stop early, as `head` does: that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    ...(process.stderr.isTTY && { progress }),
    colour: process.stdout.hasColors?.() === true && process.env['NO_COLOR'] === undefined,
  };
}

/** Over the line as it is (ECMA-48: erase in line). */
function progress(text: string): void {
  process.stderr.write(`\r\u001b[K${text}`);
}

export function paint(output: Pick<Output, 'colour'>, style: Style, text: string): string {
  return output.colour ? styleText(style, text, { validateStream: false }) : text;
}
