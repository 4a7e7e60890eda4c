import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import type { ApiResponse, Connection } from '../../src/cluster/connection.ts';
import { watchServerVersion } from '../../src/cluster/server-version.ts';
import { LEVEL, logLines } from '../support/log-lines.ts';
import { fakeClock } from './fake-clock.ts';
import { eventually } from './informed.ts';

const answer = (status: number, body: unknown): ApiResponse => ({
  status,
  headers: {},
  body: Readable.from([Buffer.from(JSON.stringify(body))]),
});
const version = (gitVersion: string) => () => answer(200, { major: '1', minor: '34+', gitVersion });
const refused = (): never => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
};

/** An API server that gives these responses in order, and repeats the last one. */
function started(...answers: readonly (() => ApiResponse)[]) {
  const asked: string[] = [];
  const knownWhenAsked: (string | undefined)[] = [];
  const connection: Connection = {
    server: 'https://fake',
    async get(path: string) {
      asked.push(path);
      knownWhenAsked.push(source.get()?.release);
      return (answers[asked.length - 1] ?? answers.at(-1) ?? refused)();
    },
    send: refused,
    close() {},
  };
  const clock = fakeClock();
  const { log, lines } = logLines();
  const source = watchServerVersion(connection, { log, clock });
  source.start();
  onTestFinished(() => source.stop());
  return { source, asked, knownWhenAsked, clock, lines };
}

it('is unknown before the first response, which nobody waits for', () => {
  expect(started(refused).source.get()).toBeUndefined();
});

it('is read again until that works, and logs the failure once', async () => {
  const { source, asked, lines } = started(
    refused,
    () => answer(503, { message: 'starting' }),
    () => answer(200, { gitVersion: 'what?' }),
    version('v1.34.1-eks-113cf36'),
  );
  await eventually(() => source.get()?.release).toBe('v1.34.1');
  expect(asked[0]).toBe('/version');
  const told = lines.filter(({ level }) => level >= LEVEL.info);
  expect(told.map(({ msg }) => msg)).toEqual([
    'could not read the version of the API server; retrying',
    'read the version of the API server',
  ]);
});

it('follows an upgrade, and stays the last known one while the API server is away', async () => {
  const { source, clock, knownWhenAsked } = started(
    version('v1.36.0'),
    refused,
    version('v1.37.0'),
  );
  await eventually(() => source.get()?.release).toBe('v1.37.0');
  expect(knownWhenAsked.slice(0, 3)).toEqual([undefined, 'v1.36.0', 'v1.36.0']);
  expect(clock.slept[0]).toBe(10 * 60 * 1000);
});
