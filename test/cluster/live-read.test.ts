import { describe, expect, it } from 'vitest';
import { type Answer, answerStatus, cut, hang, sayAndCut, sayAndHang } from './fake-api-server.ts';
import { eventually, informed, KEY, knownAtOnce, synced } from './informed.ts';

const ON = { [KEY]: 'true' };
const OFF = { [KEY]: 'false' };

describe('a namespace that the informer does not know', () => {
  it('is read live, metadata only', async () => {
    const { api, source } = await informed((api) => {
      api.put('shop', { ...ON, other: 'x' });
      api.always('list', hang);
    });

    expect(await source.lookup('shop')).toEqual({ annotations: ON });
    const read = api.requests.find(({ kind }) => kind === 'get');
    expect(read?.path).toBe('/api/v1/namespaces/shop');
    expect(read?.headers.accept).toMatch(/as=PartialObjectMetadata;v=v1;g=meta\.k8s\.io/);
  });

  it('is read once for all lookups at the same time', async () => {
    const { api, source } = await synced();
    const late = lateAnswer({ metadata: { name: 'shop', resourceVersion: '2', annotations: ON } });
    api.script('get', late.answer);
    const lookups = [1, 2, 3].map(() => source.lookup('shop'));
    await eventually(() => api.count('get')).toBe(1);
    lookups.push(source.lookup('shop'));
    late.send();

    expect(await Promise.all(lookups)).toEqual(Array(4).fill({ annotations: ON }));
    expect(api.count('get')).toBe(1);
  });

  it('is read again for a later lookup, before the first list', async () => {
    const { api, source } = await informed((api) => {
      api.put('shop', ON);
      api.always('list', hang);
    });
    await source.lookup('shop');
    await source.lookup('shop');

    expect(api.count('get')).toBe(2);
  });

  it('is read again five seconds later if it did not exist before', async () => {
    const { api, clock, source } = await synced();
    expect(await source.lookup('shop')).toEqual({ unavailable: 'the namespace does not exist' });
    api.namespaces.put('shop', { annotations: ON });
    clock.pass(4_999);
    expect(await source.lookup('shop')).toEqual({ unavailable: 'the namespace does not exist' });
    clock.pass(1);

    expect(await source.lookup('shop')).toEqual({ annotations: ON });
    expect(api.count('get')).toBe(2);
  });

  it('is found as soon as the informer learns of it, although it did not exist before', async () => {
    const { api, source } = await synced();
    await source.lookup('shop');
    api.put('shop', ON);

    await eventually(() => knownAtOnce(source, 'shop')).toEqual(ON);
    expect(api.count('get')).toBe(1);
  });

  it('is read again a second later if it did not exist while no watch was open', async () => {
    const { api, clock, source } = await informed((api) => api.always('list', hang));
    await source.lookup('shop');
    api.namespaces.put('shop', { annotations: ON });
    clock.pass(1_000);

    expect(await source.lookup('shop')).toEqual({ annotations: ON });
  });

  it('is not requested more than 100 times in a second, whatever the names are', async () => {
    const { api, clock, source } = await synced();
    for (let i = 0; i < 100; i++) await source.lookup(`ns-${i}`);

    expect(await source.lookup('ns-100')).toEqual({
      unavailable: 'too many namespaces are being read',
    });
    expect(api.count('get')).toBe(100);

    clock.pass(1_000);
    expect(await source.lookup('ns-100')).toEqual({ unavailable: 'the namespace does not exist' });
  });

  it('is kept while the watch is silent', async () => {
    const { api, source } = await synced();
    api.silenceWatches();
    api.put('shop', ON);
    await source.lookup('shop');

    expect(knownAtOnce(source, 'shop')).toEqual(ON);
  });

  it('is never requested by an invalid name', async () => {
    const { api, source } = await synced();
    for (const name of ['', '..', 'a/b', 'a?watch=1', 'A', 'x'.repeat(64)]) {
      const unavailable = 'the name is invalid';
      expect(await source.lookup(name)).toEqual({ unavailable });
    }

    expect(api.count('get')).toBe(0);
  });
});

describe('the result of a live read', () => {
  it('does not replace what the informer has learnt meanwhile', async () => {
    const { api, source } = await synced();
    const late = lateAnswer({ metadata: { name: 'shop', resourceVersion: '2', annotations: ON } });
    api.script('get', late.answer);
    const lookup = source.lookup('shop');
    await eventually(() => api.count('get')).toBe(1);
    api.put('shop', OFF);
    await eventually(() => knownAtOnce(source, 'shop')).toEqual(OFF);
    late.send();

    expect(await lookup).toEqual({ annotations: OFF });
    expect(knownAtOnce(source, 'shop')).toEqual(OFF);
  });

  it('is not kept if the namespace was deleted meanwhile, even with another lookup', async () => {
    const { api, source } = await synced((api) => api.put('marker'));
    const late = lateAnswer({ metadata: { name: 'shop', resourceVersion: '2', annotations: ON } });
    api.script('get', late.answer);
    const first = source.lookup('shop');
    await eventually(() => api.count('get')).toBe(1);
    api.put('shop', ON);
    api.remove('shop');
    api.put('marker', ON);
    await eventually(() => knownAtOnce(source, 'marker')).toEqual(ON);
    const second = source.lookup('shop');
    late.send();
    await Promise.all([first, second]);

    expect(knownAtOnce(source, 'shop')).toBeUndefined();
  });
});

describe('a failed live read', () => {
  const answers: Readonly<Record<string, readonly [Answer, string]>> = {
    'a 403': [answerStatus(403), 'the API server answered 403'],
    'a 429': [answerStatus(429), 'the API server answered 429'],
    'a 500': [answerStatus(500), 'the API server answered 500'],
    'the connection is cut': [cut, 'the API server cannot be reached: ECONNRESET'],
    'the response is cut': [sayAndCut('{'), 'the API server cannot be reached: ECONNRESET'],
    garbage: [
      answerStatus(200, 'garbage'),
      'unexpected response from the API server: not a JSON object',
    ],
    'another object': [
      answerStatus(200, { kind: 'Pod' }),
      'unexpected response from the API server: not a Namespace',
    ],
  };
  it.each(Object.entries(answers))('says why: %s', async (_name, [answer, unavailable]) => {
    const { source } = await synced((api) => api.always('get', answer));

    expect(await source.lookup('shop')).toEqual({ unavailable });
  });

  it('is not repeated for a second', async () => {
    const { api, clock, source } = await synced((api) => api.always('get', answerStatus(500)));
    await source.lookup('shop');
    await source.lookup('shop');
    expect(api.count('get')).toBe(1);
    clock.pass(1_000);
    await source.lookup('shop');

    expect(api.count('get')).toBe(2);
  });

  it.each([
    ['the API server hangs', hang],
    ['its response never ends', sayAndHang('{')],
  ])('is given up after 500 ms if %s', async (_name, answer) => {
    const { api, clock, source } = await synced((api) => api.script('get', answer));
    const lookup = source.lookup('shop');
    await eventually(() => api.count('get')).toBe(1);
    clock.pass(499);
    const early = await Promise.race([lookup, Promise.resolve('still waiting')]);
    clock.pass(1);

    expect(early).toBe('still waiting');
    expect(await lookup).toEqual({ unavailable: 'the API server sent nothing for 500 ms' });
  });

  it('says why: the connection is refused', async () => {
    const { api, source } = await synced();
    await api.stop();

    expect(await source.lookup('shop')).toEqual({
      unavailable: 'the API server cannot be reached: ECONNREFUSED',
    });
  });

  it('is not started while 50 others run', async () => {
    const { api, clock, source } = await synced((api) => api.always('get', hang));
    const fifty = Array.from({ length: 50 }, (_, i) => source.lookup(`ns-${i}`));
    await eventually(() => api.count('get')).toBe(50);

    expect(await source.lookup('ns-50')).toEqual({
      unavailable: 'too many namespaces are being read',
    });

    clock.pass(500);
    await Promise.all(fifty);
    api.always('get', undefined);
    api.namespaces.put('ns-50', { annotations: ON });
    expect(await source.lookup('ns-50')).toEqual({ annotations: ON });
  });
});

/** A response that the test sends later. */
function lateAnswer(body: object): { readonly answer: Answer; send(): void } {
  let send = (): void => {};
  return {
    answer: (response) => {
      send = () => answerStatus(200, body)(response);
    },
    send: () => send(),
  };
}
