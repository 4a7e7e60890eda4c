import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from '../installation.ts';
import { Namespace } from '../namespace.ts';
import { NO_IMAGE } from '../podherald-pod.ts';
import { type FailedCreate, StreamOfCreates, summary } from '../stream-of-creates.ts';
import { until } from '../until.ts';

/** A shell command that restarts the API server. hack/e2e sets it for the cluster of hack/cluster. */
const RESTART = process.env['PODHERALD_E2E_RESTART_API_SERVER'];

describe.skipIf(NO_IMAGE || RESTART === undefined)('during a restart of the API server', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.apply(['--tls', 'self-managed', '--failure-policy', 'Fail']);
    await installation.ready();
    await installation.reached(namespace);
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('no create fails because of podherald, and no replica restarts', async () => {
    const creates = await StreamOfCreates.start(namespace);
    await creates.more(200);
    const originMs = performance.now();
    const failedBefore = creates.failed.length;
    await promisify(execFile)('sh', ['-c', RESTART ?? '']);
    await until(60, isReachable, (reachable) => reachable);
    const reachableAtMs = performance.now();
    await creates.more(200);
    await creates.stop();

    const failed = creates.failed.slice(failedBefore);
    const seconds = ((reachableAtMs - originMs) / 1000).toFixed(1);
    console.log(
      `API server unreachable for ${seconds} s; ${creates.count} creates, ${failed.length} failed\n${summary(failed, originMs)}`,
    );
    expect(summary(failed.filter(isOfWebhook), originMs)).toBe('');
    expect(await installation.podNames().then(restarts)).toBe(0);
  });

  async function isReachable(): Promise<boolean> {
    return (await namespace.try(['get', 'pods'])).code === 0;
  }

  async function restarts(names: readonly string[]): Promise<number> {
    const each = await Promise.all(names.map((name) => installation.restarts(name)));
    return each.reduce((sum, count) => sum + count, 0);
  }
});

function isOfWebhook({ message }: FailedCreate): boolean {
  return message.includes('webhook') || message === 'not injected';
}
