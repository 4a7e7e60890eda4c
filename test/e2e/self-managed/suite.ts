import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as vitestTest } from 'vitest';
import { TIMING } from '../../../src/webhook/tls/self-managed/timing.ts';
import { kubectl } from '../kubectl.ts';
import { Namespace } from '../namespace.ts';
import { until } from '../until.ts';
import { type Configuration, makeAccount, manifestOf, removeAccount } from './objects.ts';
import { type Replica, startReplica } from './replica.ts';

/** Three ready replicas, with the webhook configuration that calls them. */
export interface Installed {
  readonly namespace: Namespace;
  readonly configuration: Configuration;
  readonly replicas: Replica[];
  /** For each replica, the time from the creation of the configuration until it was ready. */
  readonly readyMs: number[];
}

/** vitest's `test` with three replicas that start at the same time. Every create calls all three. */
export const test = vitestTest
  .extend('timing', { scope: 'file' }, TIMING)
  .extend('folder', { scope: 'file' }, async ({ timing: _ }, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  })
  .extend('namespace', { scope: 'file' }, async ({ timing: _ }, { onCleanup }) => {
    const namespace = await Namespace.make();
    onCleanup(() => namespace.remove());
    return namespace;
  })
  .extend('kubeconfig', { scope: 'file' }, async ({ namespace, folder }, { onCleanup }) => {
    onCleanup(() => removeAccount(namespace));
    return makeAccount(namespace, namespace.name, folder);
  })
  .extend(
    'replicas',
    { scope: 'file' },
    async ({ timing, namespace, kubeconfig }, { onCleanup }) => {
      const options = { kubeconfig, configuration: namespace.name, timing };
      const replicas = await Promise.all([1, 2, 3].map(() => startReplica(options)));
      onCleanup(async () => {
        await Promise.all(replicas.map((replica) => replica.remove()));
      });
      return replicas;
    },
  )
  .extend('installed', { scope: 'file' }, async ({ namespace, replicas }, { onCleanup }) => {
    const { name } = namespace;
    onCleanup(async () => {
      await kubectl(['delete', 'mutatingwebhookconfiguration', name, '--ignore-not-found']);
    });
    const configuration = { name, urls: replicas.map(({ url }) => url), namespace: name };
    const beganMs = performance.now();
    await kubectl(['apply', '-f', '-'], manifestOf(configuration));
    const readyMs = await Promise.all(
      replicas.map(async (replica) => {
        await until(60, replica.unready, (why) => why === '');
        return Math.round(performance.now() - beganMs);
      }),
    );
    return { namespace, configuration, replicas, readyMs } satisfies Installed;
  })
  .extend('logOfFailure', { auto: true }, ({ installed, onTestFailed }) => {
    onTestFailed(() => {
      for (const replica of installed.replicas) console.error(replica.log().slice(-4_000));
    });
  });
