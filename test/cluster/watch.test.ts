import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTo } from '../../src/cluster/connection.ts';
import { lineReader, watchForever } from '../../src/cluster/watch.ts';
import { answerStatus, FakeApiServer } from './fake-api-server.ts';
import { fakeClock } from './fake-clock.ts';
import { eventually } from './informed.ts';

/** A watch of namespaces without a resource version, until the test ends. */
async function watching(prepare: (api: FakeApiServer) => void = () => {}) {
  const api = new FakeApiServer();
  await api.start();
  onTestFinished(() => api.stop());
  prepare(api);
  const clock = fakeClock();
  const connection = connectTo(api.url, async () => ({}), clock);
  const stopping = new AbortController();
  onTestFinished(() => {
    stopping.abort();
    connection.close();
  });
  const events: string[] = [];
  const ends: [message: string | undefined, failures: number][] = [];
  const opened = { count: 0 };
  void watchForever(connection, {
    path: '/api/v1/namespaces',
    accept: 'application/json',
    clock,
    signal: stopping.signal,
    onOpen: () => {
      opened.count += 1;
    },
    onEvent: ({ type }) => events.push(type),
    onEnd: (error, failures) => ends.push([error?.message, failures]),
  });
  return { api, clock, events, ends, opened };
}

describe('a watch without a resource version', () => {
  it('starts with the objects as they are, and reports every event', async () => {
    const { api, events } = await watching((api) => api.put('shop'));
    await eventually(() => events).toEqual(['ADDED']);
    api.put('shop', { a: 'b' });
    api.bookmark();
    api.remove('shop');

    await eventually(() => events).toEqual(['ADDED', 'MODIFIED', 'BOOKMARK', 'DELETED']);
    expect(api.requests.map(({ query }) => query.get('resourceVersion'))).toEqual([null]);
  });

  it('is opened again after longer and longer delays while it fails', async () => {
    const { clock, ends } = await watching((api) => api.always('watch', answerStatus(403)));
    await eventually(() => ends.length).toBeGreaterThanOrEqual(4);

    const message = 'the API server answered 403 to GET /api/v1/namespaces: scripted 403';
    expect(ends.slice(0, 4)).toEqual([1, 2, 3, 4].map((failures) => [message, failures]));
    expect(clock.slept.slice(0, 3)).toEqual([50, 100, 200]);
  });

  it('is opened again without a delay if it ends after ten seconds', async () => {
    const { api, clock, ends, opened } = await watching();
    await eventually(() => opened.count).toBe(1);
    clock.pass(10_000);
    api.endWatches();
    await eventually(() => api.count('watch')).toBe(2);

    expect(ends).toEqual([[undefined, 0]]);
    expect(clock.slept).toEqual([]);
  });
});

describe('lines of a stream', () => {
  it('are the same wherever its chunks begin and end', () => {
    const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const read = lineReader(1_000_000);
        const found: string[] = [];
        let from = 0;
        for (const size of [...sizes, bytes.length]) {
          found.push(...read(bytes.subarray(from, from + size)));
          from += size;
        }
        expect(found).toEqual(lines.filter((line) => line !== ''));
      }),
    );
  });

  it('are not returned before they end', () => {
    const read = lineReader(100);

    expect(read(Buffer.from('one\ntw'))).toEqual(['one']);
    expect(read(Buffer.from('o'))).toEqual([]);
    expect(read(Buffer.from('\n'))).toEqual(['two']);
  });

  it('may be as long as the limit, but no longer', () => {
    const read = lineReader(4);

    expect(read(Buffer.from('1234\n12'))).toEqual(['1234']);
    expect(read(Buffer.from('34'))).toEqual([]);
    expect(() => read(Buffer.from('5'))).toThrow('a line of more than 4 bytes');
  });
});
