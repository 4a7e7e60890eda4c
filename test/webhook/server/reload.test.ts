import { describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../../src/config/compile.ts';
import { configFile } from '../../../src/config/load.ts';
import { mountedConfigMap } from '../../config/config-folder.ts';
import { makePair } from '../../support/certificates.ts';
import { postTo } from '../../support/https.ts';
import { LEVEL } from '../../support/log-lines.ts';
import { makePod, makeReview } from '../../support/review.ts';
import { startTestServer, steady } from '../../support/running-server.ts';

const pair = await makePair();

/** An invalid pod, so that the response shows which config is in use. */
const FAULTY_REVIEW = JSON.stringify(makeReview(makePod({ 'inject-metadata': '' })));

/** Starts the whole server on a mounted config. */
async function serving(text: string) {
  const folder = mountedConfigMap(text);
  let heard = Promise.withResolvers<void>();
  const config = overhear(configFile(folder.file, 'test'), () => heard.resolve());
  const server = await startTestServer({
    certificates: steady(pair),
    config,
  });
  return {
    server,
    /** Swaps the config, and waits until the server has read it. */
    async write(next: string): Promise<void> {
      heard = Promise.withResolvers();
      folder.write(next);
      await heard.promise;
    },
    async isAllowed(): Promise<boolean> {
      const { body } = await postTo(server.url, FAULTY_REVIEW, { ca: pair.cert });
      return JSON.parse(body).response.allowed;
    },
    async reloads(): Promise<string[]> {
      const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith('podherald_config_'));
    },
    ready: () => fetch(`${server.adminUrl}/readyz`),
  };
}

/** The same source, which calls back after the server has handled a change. */
function overhear(source: ConfigSource, told: () => void): ConfigSource {
  return {
    ...source,
    start: ({ changed, broken }) =>
      source.start({
        changed(config) {
          changed(config);
          told();
        },
        broken(faults) {
          broken(faults);
          told();
        },
      }),
  };
}

describe('a server whose config changes', () => {
  it('uses the new rules at once, and counts the reload', async () => {
    const { write, isAllowed, reloads, server } = await serving('onInvalid: deny\n');
    const before = await isAllowed();
    await write('onInvalid: warn\n');

    expect([before, await isAllowed()]).toEqual([false, true]);
    expect(await reloads()).toEqual([
      'podherald_config_reloads_total{result="success"} 1',
      'podherald_config_reloads_total{result="failure"} 0',
      'podherald_config_last_reload_successful 1',
    ]);
    expect(server.lines.map(({ msg }) => msg)).toContain('using the changed config');
  });

  it('keeps the last valid config if the new one is invalid, logs the faults, and stays ready', async () => {
    const { write, isAllowed, reloads, ready, server } = await serving('onInvalid: warn\n');
    await write('onInvalid: dney\n');

    expect(await isAllowed()).toBe(true);
    expect(await reloads()).toEqual([
      'podherald_config_reloads_total{result="success"} 0',
      'podherald_config_reloads_total{result="failure"} 1',
      'podherald_config_last_reload_successful 0',
    ]);
    expect((await ready()).status).toBe(200);
    expect(server.lines.filter(({ level }) => level === LEVEL.error)).toEqual([
      expect.objectContaining({
        faults: [expect.stringMatching(/config\.yaml:1:12: onInvalid: .*did you mean deny\?/)],
      }),
    ]);
  });

  it('counts no reload before the first change', async () => {
    const { reloads } = await serving('{}');

    expect(await reloads()).toEqual([
      'podherald_config_reloads_total{result="success"} 0',
      'podherald_config_reloads_total{result="failure"} 0',
      'podherald_config_last_reload_successful 1',
    ]);
  });
});
