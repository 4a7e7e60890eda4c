import { describe, expect, it } from 'vitest';
import type { NamespaceDefaults } from '../../../src/cluster/namespace-cache.ts';
import type { NamespaceSource } from '../../../src/cluster/namespaces.ts';
import { makePair } from '../../support/certificates.ts';
import { postTo } from '../../support/https.ts';
import { makePod, makeReview } from '../../support/review.ts';
import { startTestServer, steady } from '../../support/running-server.ts';

const pair = await makePair();

/** A source that gives the same result for every namespace, with a state that the test may change. */
function fakeNamespaces(answer: NamespaceDefaults | Promise<NamespaceDefaults>) {
  const state = {
    why: undefined as string | undefined,
    asked: [] as string[],
    isStarted: false,
    wasStarted: false,
  };
  const source: NamespaceSource = {
    lookup(name) {
      state.asked.push(name);
      return answer;
    },
    start() {
      state.isStarted = true;
      state.wasStarted = true;
    },
    stop() {
      state.isStarted = false;
    },
    notReady: () => state.why,
    isSynced: () => state.why === undefined,
  };
  return { source, state };
}

async function serving(answer: NamespaceDefaults | Promise<NamespaceDefaults>) {
  const { source, state } = fakeNamespaces(answer);
  const server = await startTestServer({ certificates: steady(pair), namespaces: source });
  const review = async (annotations: Record<string, string>) => {
    const body = JSON.stringify(makeReview(makePod(annotations)));
    const answered = await postTo(server.url, body, { ca: pair.cert });
    return JSON.parse(answered.body).response;
  };
  return { server, state, review };
}

describe('a server that reads namespaces', () => {
  const DEFAULTS = { annotations: { 'inject-metadata': 'true' } };

  it.each([
    ['known at once', DEFAULTS],
    ['read live', Promise.resolve(DEFAULTS)],
  ])('gives pods the defaults of a namespace that is %s', async (_, answer) => {
    const { review, state } = await serving(answer);

    expect(await review({})).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
    expect(state.asked).toEqual(['shop']);
  });

  it('uses the annotations of the pod only if the namespace is unreadable, with a warning', async () => {
    const { review } = await serving(Promise.resolve({ unavailable: 'no answer in 500 ms' }));
    const response = await review({ 'inject-metadata': 'true' });

    expect(response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
    expect(response.warnings).toEqual([
      expect.stringMatching(
        /^podherald: could not read the defaults of namespace .* \(no answer in 500 ms\)/,
      ),
    ]);
  });

  it('is ready only after it has listed them', async () => {
    const { server, state } = await serving(DEFAULTS);
    state.why = 'the namespaces have not been listed yet';
    const before = await fetch(`${server.adminUrl}/readyz`);

    expect(before.status).toBe(503);
    expect(await before.text()).toBe('namespaces: the namespaces have not been listed yet\n');

    state.why = undefined;
    expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(200);
  });

  it('shows in a metric whether its watch is open', async () => {
    const { server, state } = await serving(DEFAULTS);
    const synced = async () => {
      const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
      return /^podherald_namespace_cache_synced (\d)$/m.exec(text)?.[1];
    };

    expect(await synced()).toBe('1');
    state.why = 'gone';
    expect(await synced()).toBe('0');
  });

  it.each(['port', 'adminPort'])('never starts to read them if its %s is in use', async (which) => {
    const { server: other } = await serving(DEFAULTS);
    const taken = Number(new URL(other.url).port);
    const { source, state } = fakeNamespaces(DEFAULTS);
    const failing = startTestServer({
      certificates: steady(pair),
      namespaces: source,
      [which]: taken,
    });

    await expect(failing).rejects.toMatchObject({ code: 'listen' });
    expect(state.wasStarted).toBe(false);
  });

  it('stops reading them when it is closed', async () => {
    const { server, state } = await serving(DEFAULTS);
    expect(state.isStarted).toBe(true);
    await server.close();

    expect(state.isStarted).toBe(false);
  });
});
