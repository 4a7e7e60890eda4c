import { describe, expect, it } from 'vitest';
import {
  type Answer,
  answerStatus,
  cut,
  type FakeApiServer,
  hang,
  sayAndCut,
  sayAndHang,
} from './fake-api-server.ts';
import { eventually, type Informed, informed, KEY, knownAtOnce, synced } from './informed.ts';

const ON = { [KEY]: 'true' };
const OFF = { [KEY]: 'false' };
const errorEvent = (code: number): string =>
  `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, message: 'scripted' } })}\n`;

/** Live reads fail, so that only the informer can know a namespace. */
const withoutLiveReads = (api: FakeApiServer): void => {
  api.put('shop', ON);
  api.put('gone-soon', ON);
  api.always('get', answerStatus(500));
};

/** Changes everything without an event for the informer. */
function changeUnheard(api: FakeApiServer): void {
  api.namespaces.put('shop', { annotations: OFF });
  api.namespaces.remove('gone-soon');
  api.namespaces.put('new', { annotations: ON });
}

async function expectRight({ source }: Informed): Promise<void> {
  const known = () => ['shop', 'gone-soon', 'new'].map((name) => knownAtOnce(source, name));
  await eventually(known).toEqual([OFF, undefined, ON]);
  await eventually(() => source.isSynced()).toBe(true);
}

describe('a watch that breaks', () => {
  const breaks: Readonly<Record<string, (api: FakeApiServer) => void>> = {
    'is cut': (api) => api.cutWatches(),
    'ends at once': (api) => api.endWatches(),
    'sends garbage': (api) => api.sendToWatches('garbage\n'),
    'sends JSON that is not an event': (api) => api.sendToWatches('{"type":"ADDED","object":{}}\n'),
    'sends an event of an unknown type': (api) =>
      api.sendToWatches('{"type":"X","object":{"metadata":{"name":"a","resourceVersion":"1"}}}\n'),
    'is cut in the middle of an event': (api) => {
      api.sendToWatches('{"type":"MODIFIED","object":{"metadata":{"name":"shop"');
      api.cutWatches();
    },
    'sends the error 410': (api) => api.sendToWatches(errorEvent(410)),
    'sends the error 500': (api) => api.sendToWatches(errorEvent(500)),
    'is cut, and its changes are compacted': (api) => {
      api.compact();
      api.cutWatches();
    },
    'sends an endless line': (api) => api.sendToWatches(Buffer.alloc(17 * 1024 * 1024, 'x')),
  };
  it.each(Object.entries(breaks))('and %s is recovered from', async (_name, breakIt) => {
    const all = await synced(withoutLiveReads);
    changeUnheard(all.api);
    breakIt(all.api);

    await expectRight(all);
  });

  it('keeps the last known state meanwhile', async () => {
    const { api, source } = await synced(withoutLiveReads);
    api.always('watch', hang);
    api.always('list', hang);
    const again = api.next('watch');
    api.cutWatches();
    await again;

    expect(knownAtOnce(source, 'shop')).toEqual(ON);
    expect(source.isSynced()).toBe(false);
  });
});

describe('a silent watch', () => {
  it('is opened again after 75 s without an event or a bookmark', async () => {
    const all = await synced(withoutLiveReads);
    all.api.silenceWatches();
    changeUnheard(all.api);
    all.clock.pass(74_999);
    expect(all.api.silencedWatches).toBe(1);
    all.clock.pass(1);

    await expectRight(all);
    await eventually(() => all.api.silencedWatches).toBe(0);
  });

  it('stays open as long as bookmarks come', async () => {
    const { api, clock, source } = await synced();
    for (let minute = 0; minute < 4; minute++) {
      clock.pass(60_000);
      api.bookmark();
      api.put('shop', { [KEY]: String(minute) });
      await eventually(() => knownAtOnce(source, 'shop')).toEqual({ [KEY]: String(minute) });
    }

    expect(api.count('watch')).toBe(1);
  });

  it('is opened again if bytes drip in, but no event is complete', async () => {
    const all = await synced(withoutLiveReads);
    changeUnheard(all.api);
    for (let i = 0; i < 5; i++) {
      all.clock.pass(15_000);
      all.api.sendToWatches('{');
      await new Promise((resolve) => setImmediate(resolve));
    }

    await expectRight(all);
  });
});

describe('an API server that cannot be watched', () => {
  const answers: Readonly<Record<string, Answer>> = {
    'answers 401': answerStatus(401),
    'answers 403': answerStatus(403),
    'answers 410': answerStatus(410),
    'answers 429': answerStatus(429),
    'answers 500': answerStatus(500),
    'answers 503 with a page of a proxy': answerStatus(503, '<html>'),
    'answers a page with 200': answerStatus(200, '<html>'),
    'cuts the connection': cut,
    'cuts it in the middle of the response': sayAndCut('{"type":'),
    'sends the error 410 at once': sayAndHang(errorEvent(410)),
  };
  it.each(Object.entries(answers))('and %s is watched again once it works', async (_name, no) => {
    const all = await synced(withoutLiveReads);
    all.api.script('watch', no, no, no);
    changeUnheard(all.api);
    all.api.cutWatches();

    await expectRight(all);
    expect(all.api.count('watch')).toBe(5);
  });

  it('and hangs is asked again after 10 s', async () => {
    const all = await synced(withoutLiveReads);
    all.api.script('watch', hang);
    const hanging = all.api.next('watch');
    changeUnheard(all.api);
    all.api.cutWatches();
    await hanging;
    all.clock.pass(10_000);

    await expectRight(all);
  });
});

describe('an API server that cannot be listed', () => {
  const answers: Readonly<Record<string, Answer>> = {
    'answers 401': answerStatus(401),
    'answers 410': answerStatus(410),
    'answers 429': answerStatus(429),
    'answers 500': answerStatus(500),
    'answers something that is not JSON': answerStatus(200, 'garbage'),
    'answers another object': answerStatus(200, {}),
    'answers a list of other things': answerStatus(200, {
      metadata: { resourceVersion: '1' },
      items: ['garbage'],
    }),
    'cuts the connection': cut,
    'cuts it in the middle of the response': sayAndCut('{"items": ['),
  };
  it.each(Object.entries(answers))('and %s is listed once it works', async (_name, no) => {
    const { source } = await informed((api) => {
      withoutLiveReads(api);
      api.script('list', no, no, no);
    });

    await eventually(() => knownAtOnce(source, 'shop')).toEqual(ON);
    await eventually(() => source.isSynced()).toBe(true);
  });

  it.each([
    ['hangs', hang],
    ['hangs in the middle of the response', sayAndHang('{"items": [')],
  ])('and %s is asked again after 10 s', async (_name, no) => {
    const { api, clock, source } = await informed((api) => {
      withoutLiveReads(api);
      api.script('list', no);
    });
    await eventually(() => api.count('list')).toBe(1);
    clock.pass(10_000);

    await eventually(() => knownAtOnce(source, 'shop')).toEqual(ON);
  });

  it('to the end, because a continue token has expired, is listed from the start', async () => {
    const { api, source } = await informed((api) => {
      for (let i = 0; i < 700; i++) api.put(`ns-${i}`, ON);
      api.script('list', (response) => {
        const query = new URLSearchParams({ limit: '500' });
        answerStatus(200, api.namespaces.list(query, true).body)(response);
        api.compact();
      });
    });

    await eventually(() => source.isSynced()).toBe(true);
    expect(api.requests.map(({ query }) => query.get('continue'))).toEqual([
      null,
      '701/500',
      null,
      '701/500',
      null,
    ]);
  });

  it('to the end never shows half a list', async () => {
    const { api, clock, source } = await informed((api) => {
      for (let i = 0; i < 700; i++) api.put(`ns-${i}`, ON);
      api.always('get', answerStatus(500));
      const query = new URLSearchParams({ limit: '500' });
      const firstPage = answerStatus(200, api.namespaces.list(query, true).body);
      api.script('list', firstPage, hang);
    });
    await eventually(() => api.count('list')).toBe(2);
    expect(knownAtOnce(source, 'ns-0')).toBeUndefined();
    clock.pass(10_000);

    await eventually(() => knownAtOnce(source, 'ns-0')).toEqual(ON);
    expect(knownAtOnce(source, 'ns-99')).toEqual(ON);
  });
});

describe('an API server that is away', () => {
  it('is watched again as soon as it is back', async () => {
    const all = await synced(withoutLiveReads);
    await all.api.stop();
    await eventually(() => all.clock.slept.length).toBeGreaterThan(10);
    changeUnheard(all.api);
    expect(knownAtOnce(all.source, 'shop')).toEqual(ON);
    await all.api.start();

    await expectRight(all);
  });

  it('is asked less and less often, but at least every 3 s', async () => {
    const { api, clock } = await synced();
    await api.stop();
    await eventually(() => clock.slept.length).toBeGreaterThan(10);

    expect(clock.slept.slice(0, 8)).toEqual([50, 100, 200, 400, 800, 1500, 1500, 1500]);
  });

  it('is not asked before its `retry-after`', async () => {
    const { api, clock } = await synced((api) => api.put('shop', ON));
    const later = { 'retry-after': '7' };
    api.script('watch', answerStatus(429, {}, later), answerStatus(503, {}, later));
    api.cutWatches();
    await eventually(() => api.openWatches).toBe(1);
    await eventually(() => api.count('watch')).toBe(4);

    expect(clock.slept).toEqual([50, 7000, 7000]);
  });

  it('is logged once, and so is its return', async () => {
    const { api, clock, source, lines } = await synced();
    const before = lines.length;
    await api.stop();
    await eventually(() => clock.slept.length).toBeGreaterThan(10);
    await api.start();
    await eventually(() => source.isSynced()).toBe(true);

    expect(lines.slice(before).flatMap(({ level, msg }) => (level > 20 ? [msg] : []))).toEqual([
      'the annotations of namespaces may be out of date; retrying',
      'the annotations of namespaces may be out of date; retrying',
      'the annotations of namespaces are up to date',
    ]);
  });
});
