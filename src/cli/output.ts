import { styleText } from 'node:util';

/** Where commands write, so that tests can read it. Colours only where a terminal shows them. */
export interface Output {
  /** The result: what another program may read. */
  out(text: string): void;
  /** For people: notes, summaries, errors. */
  note(text: string): void;
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
    colour: process.stdout.hasColors?.() === true && process.env['NO_COLOR'] === undefined,
  };
}

export function paint(output: Pick<Output, 'colour'>, style: Style, text: string): string {
  return output.colour ? styleText(style, text, { validateStream: false }) : text;
}
