import { describe, expect, it } from 'vitest';
import type { NamespaceSource } from '../../src/cluster/namespaces.ts';
import { answerStatus, sayAndHang } from './fake-api-server.ts';
import { eventually, informed, KEY, knownAtOnce, synced } from './informed.ts';

describe('a namespace that the informer knows', () => {
  it('is looked up at once, without a request', async () => {
    const { api, source } = await synced((api) => api.put('shop', { [KEY]: 'true' }));

    expect(source.lookup('shop')).toEqual({ annotations: { [KEY]: 'true' } });
    expect(api.count('get')).toBe(0);
  });

  it('keeps only the annotations that podherald can use', async () => {
    const { source } = await synced((api) => {
      api.put('shop', { [KEY]: 'true', 'kubectl.kubernetes.io/last-applied-configuration': '{}' });
    });

    expect(source.lookup('shop')).toEqual({ annotations: { [KEY]: 'true' } });
  });

  it('shares one empty object with all others without such annotations', async () => {
    const { source } = await synced((api) => {
      api.put('one');
      api.put('two', { other: 'x' });
    });

    expect(source.lookup('one')).toEqual({ annotations: {} });
    expect(source.lookup('one')).toBe(source.lookup('two'));
  });

  it('cannot be changed by its reader', async () => {
    const { source } = await synced((api) => {
      api.put('one');
      api.put('two', { [KEY]: 'true' });
    });

    expect(Object.isFrozen(knownAtOnce(source, 'one'))).toBe(true);
    expect(Object.isFrozen(knownAtOnce(source, 'two'))).toBe(true);
  });
});

describe('a change of a namespace', () => {
  it('of its annotations is noticed', async () => {
    const { api, source } = await synced((api) => api.put('shop', { [KEY]: 'true' }));
    api.put('shop', { [KEY]: 'false' });

    await eventually(() => knownAtOnce(source, 'shop')).toEqual({ [KEY]: 'false' });
  });

  it('is noticed when it is created', async () => {
    const { api, source } = await synced((api) => api.always('get', answerStatus(500)));
    api.put('shop', { [KEY]: 'true' });

    await eventually(() => knownAtOnce(source, 'shop')).toEqual({ [KEY]: 'true' });
  });

  it('is noticed when it is deleted', async () => {
    const { api, source } = await synced((api) => api.put('shop', { [KEY]: 'true' }));
    api.remove('shop');

    await eventually(() => knownAtOnce(source, 'shop')).toBeUndefined();
    expect(await source.lookup('shop')).toEqual({ unavailable: 'the namespace does not exist' });
  });

  it('is read however the network splits its bytes', async () => {
    const { api, source } = await synced((api) => api.put('shop'));
    const { object } = api.namespaces.put('shop', { annotations: { [KEY]: 'größer, 大きい, 🚀' } });
    for (const byte of Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object })}\n`)) {
      api.sendToWatches(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }

    await eventually(() => knownAtOnce(source, 'shop')).toEqual({ [KEY]: 'größer, 大きい, 🚀' });
  });
});

describe('the requests of the informer', () => {
  it('ask for metadata only, in pages, and then for changes and bookmarks from there on', async () => {
    const { api } = await synced((api) => {
      for (let i = 0; i < 1001; i++) api.put(`ns-${i}`);
    });
    const [first, second, third, watch] = api.requests;

    expect([first, second, third].map((list) => list?.query.get('limit'))).toEqual(
      Array(3).fill('500'),
    );
    expect(first?.headers.accept).toMatch(/as=PartialObjectMetadataList;v=v1;g=meta\.k8s\.io/);
    expect(watch?.headers.accept).toMatch(/as=PartialObjectMetadata;v=v1;g=meta\.k8s\.io/);
    expect(Object.fromEntries(watch?.query ?? [])).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '1002',
      timeoutSeconds: '240',
    });
  });

  it('get all of many pages', async () => {
    const { source } = await synced((api) => {
      for (let i = 0; i < 1001; i++) api.put(`ns-${i}`, { [KEY]: String(i) });
    });

    expect(knownAtOnce(source, 'ns-0')).toEqual({ [KEY]: '0' });
    expect(knownAtOnce(source, 'ns-999')).toEqual({ [KEY]: '999' });
    expect(knownAtOnce(source, 'ns-1000')).toEqual({ [KEY]: '1000' });
  });

  it('share one connection', async () => {
    const { api, source } = await synced();
    for (let i = 0; i < 5; i++) await source.lookup(`missing-${i}`);

    expect(api.connections).toBeLessThanOrEqual(2);
  });

  it('end when the source is stopped', async () => {
    const { api, source } = await synced();
    source.stop();

    await eventually(() => api.openWatches).toBe(0);
    const seen = api.requests.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(api.requests.length).toBe(seen);
  });
});

describe('a watch that its timeout ends', () => {
  it('goes on from the last bookmark, without a new list and without a log line', async () => {
    const { api, clock, source, lines } = await synced((api) => api.put('shop'));
    api.namespaces.put('elsewhere', {});
    api.bookmark();
    clock.pass(60_000);
    const again = api.next('watch');
    api.endWatches();

    expect((await again).query.get('resourceVersion')).toBe('3');
    expect(api.count('list')).toBe(1);
    expect(clock.slept).toEqual([]);
    expect(source.isSynced()).toBe(true);
    expect(lines.filter(({ level }) => level > 20).length).toBe(1);
  });

  it('is followed by a new list after 30 minutes', async () => {
    const { api, clock, source } = await synced();
    for (let minute = 0; minute <= 30; minute++) {
      clock.pass(60_000);
      api.put('shop', { [KEY]: String(minute) });
      await eventually(() => knownAtOnce(source, 'shop')).toEqual({ [KEY]: String(minute) });
    }
    const list = api.next('list');
    api.endWatches();

    await list;
  });
});

describe('readiness', () => {
  it('waits for the first list', async () => {
    const { api, source } = await informed((api) => api.script('list', sayAndHang()));

    expect(source.notReady()).toBe('the namespaces have not been listed yet');
    expect(source.isSynced()).toBe(false);
    await eventually(() => api.count('list')).toBe(1);
    expect(source.notReady()).toBe('the namespaces have not been listed yet');
  });

  it('says why there is no list yet', async () => {
    const { source } = await informed((api) => api.always('list', answerStatus(403)));

    await eventually(() => source.notReady()).toBe(
      'the API server answered 403 to GET /api/v1/namespaces: scripted 403',
    );
  });

  it('stays while the API server is away', async () => {
    const { api, source } = await synced();
    await api.stop();

    await eventually(() => source.isSynced()).toBe(false);
    expect(source.notReady()).toBeUndefined();
  });
});

describe('the labels of a namespace', () => {
  const LABELS = { team: 'web', other: 'x' };

  it('are kept only if the config lists them', async () => {
    const { source, listLabels } = await informed((api) => api.put('shop', {}, { labels: LABELS }));
    listLabels('team');

    await eventually(() => labelsAtOnce(source, 'shop')).toEqual({ team: 'web' });
  });

  it('are read again when the config lists another one', async () => {
    const { api, source, listLabels } = await synced((api) => {
      api.put('shop', { [KEY]: 'true' }, { labels: LABELS });
    });
    listLabels('team');

    expect(await source.lookup('shop')).toMatchObject({
      annotations: { [KEY]: 'true' },
      labels: { team: 'web' },
    });
    expect(labelsAtOnce(source, 'shop')).toEqual({ team: 'web' });
    expect(api.count('get')).toBe(1);
  });

  it('are not known while they cannot be read again, but the annotations are', async () => {
    const { source, listLabels } = await synced((api) => {
      api.put('shop', { [KEY]: 'true' }, { labels: LABELS });
      api.always('get', answerStatus(500));
    });
    listLabels('team');

    expect(await source.lookup('shop')).toEqual({ annotations: { [KEY]: 'true' } });
  });

  it('are noticed when they change', async () => {
    const { api, source, listLabels } = await informed((api) =>
      api.put('shop', {}, { labels: LABELS }),
    );
    listLabels('team');
    await eventually(() => labelsAtOnce(source, 'shop')).toEqual({ team: 'web' });
    api.put('shop', {}, { labels: { team: 'db' } });

    await eventually(() => labelsAtOnce(source, 'shop')).toEqual({ team: 'db' });
  });
});

function labelsAtOnce(source: NamespaceSource, name: string): unknown {
  const found = source.lookup(name);
  return found instanceof Promise || 'unavailable' in found ? undefined : found.labels;
}
