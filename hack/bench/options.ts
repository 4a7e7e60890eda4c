import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run bench -- [options]

Compares podherald with a bare node:https server that parses the same review and answers the same
patch. Both run on core 0 (taskset), one at a time, in short slices in turn; the load comes from
core 1. Then times mutate() alone.

  --seconds N      length of a slice (default 3)
  --rounds N       slices of each server (default 4); what a neighbour disturbs is run again
  --connections N  keep-alive connections, one review in flight on each (default 16)
  --review FILE    the AdmissionReview to send (default 78-serverless-revision of test/reviews)
  --noise          two bare servers: how far from 1.00 a ratio of equals is on this machine
  --json           the figures as JSON
  --check          exit 1 if an aim is missed
  --help           this text
`;

export type Options = {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly review: string | undefined;
  readonly noise: boolean;
  readonly json: boolean;
  readonly check: boolean;
  readonly help: boolean;
};

export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '16' },
      review: { type: 'string' },
      noise: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    review: values.review,
    seconds: wholeNumber('seconds', values.seconds, 600),
    rounds: wholeNumber('rounds', values.rounds, 1000),
    connections: wholeNumber('connections', values.connections, 1000),
  };
}

function wholeNumber(name: string, text: string, largest: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > largest) {
    throw new Error(`--${name}: expected a whole number from 1 to ${largest}, got "${text}"`);
  }
  return value;
}
