import { expect, onTestFinished } from 'vitest';
import { connectTo } from '../../src/cluster/connection.ts';
import { type NamespaceSource, namespaceInformer } from '../../src/cluster/namespaces.ts';
import type { Annotations } from '../../src/core/api/pod.ts';
import { type LogLine, logLines } from '../support/log-lines.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

export const KEY = 'podherald.dev/inject-metadata';

/** A fake API server and an informer that reads it, until the test ends. */
export interface Informed {
  readonly api: FakeApiServer;
  readonly clock: FakeClock;
  readonly source: NamespaceSource;
  readonly lines: readonly LogLine[];
  /** Changes the labels that the config lists. */
  readonly listLabels: (...keys: string[]) => void;
}

/** @param prepare sets up the API server before the first request. */
export async function informed(
  prepare: (api: FakeApiServer) => void = () => {},
): Promise<Informed> {
  const api = new FakeApiServer();
  await api.start();
  onTestFinished(() => api.stop());
  prepare(api);
  const clock = fakeClock();
  const connection = connectTo(api.url, async () => ({}), clock);
  const { log, lines } = logLines();
  let labels: ReadonlySet<string> = new Set();
  const keep = {
    isAnnotation: (key: string): boolean => key.startsWith('podherald.dev/'),
    labelKeys: () => labels,
  };
  const source = namespaceInformer(connection, { keep, log, clock });
  source.start();
  onTestFinished(() => {
    source.stop();
    connection.close();
  });
  const listLabels = (...keys: string[]): void => {
    labels = new Set(keys);
  };
  return { api, clock, source, lines, listLabels };
}

/** The same, once the informer has listed the namespaces and its watch is open. */
export async function synced(prepare?: (api: FakeApiServer) => void): Promise<Informed> {
  const all = await informed(prepare);
  await eventually(() => [all.source.isSynced(), all.api.openWatches]).toEqual([true, 1]);
  return all;
}

/** The annotations in the cache; undefined if the lookup starts a request. */
export function knownAtOnce(source: NamespaceSource, name: string): Annotations | undefined {
  const found = source.lookup(name);
  if (found instanceof Promise) return undefined;
  return 'annotations' in found ? found.annotations : undefined;
}

/** Polls for something that needs a moment of network traffic. */
export function eventually<T>(value: () => T) {
  return expect.poll(value, { interval: 2, timeout: 10_000 });
}
