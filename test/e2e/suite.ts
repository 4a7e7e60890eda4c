import { test as vitestTest } from 'vitest';
import { Namespace } from './namespace.ts';
import type { Metadata } from './objects.ts';
import type { Config, RunsIn } from './podherald.ts';
import { deployPodherald } from './podherald-pod.ts';
import { startPodherald } from './podherald-process.ts';
import { type FailurePolicy, makeWebhook } from './webhook.ts';

/**
 * vitest's `test` with fixtures: a podherald, its webhook and namespaces, one set for each file.
 * Each fixture removes what it creates, also if a test fails.
 * (A fixture must destructure its context, also if it does not use it: hence the `_`.)
 */
export const test = vitestTest
  /** With `Fail`, a test notices an unreachable webhook. A file can override it. */
  .extend('failurePolicy', { scope: 'file' }, 'Fail' as FailurePolicy)
  .extend('runsIn', { scope: 'file' }, 'process' as RunsIn)
  .extend('config', { scope: 'file' }, {} as Config)
  .extend('podherald', { scope: 'file' }, async ({ runsIn, config }, { onCleanup }) => {
    const start = runsIn === 'pod' ? deployPodherald : startPodherald;
    const podherald = await start(config);
    onCleanup(podherald.remove);
    return podherald;
  })
  .extend('logOfFailure', { auto: true }, ({ podherald, onTestFailed }) => {
    onTestFailed(async () =>
      console.error(`The last lines of podherald's log:\n${lastLines(await podherald.log())}`),
    );
  })
  .extend('webhook', { scope: 'file' }, ({ failurePolicy, podherald }, { onCleanup }) => {
    const webhook = makeWebhook(podherald, failurePolicy);
    onCleanup(webhook.remove);
    return webhook;
  })
  /** Creates a namespace whose pods are not sent to podherald. */
  .extend('makeBareNamespace', { scope: 'file' }, ({ failurePolicy: _ }, { onCleanup }) => {
    const created: Namespace[] = [];
    onCleanup(async () => {
      await Promise.all(created.map((namespace) => namespace.remove()));
    });
    return async (metadata?: Metadata) => {
      const namespace = await Namespace.make(metadata);
      created.push(namespace);
      return namespace;
    };
  })
  /** Creates a namespace whose pods are sent to podherald. */
  .extend('makeNamespace', { scope: 'file' }, ({ makeBareNamespace, webhook }) => {
    return async (metadata?: Metadata) => {
      const namespace = await makeBareNamespace(metadata);
      await webhook.select(namespace);
      return namespace;
    };
  })
  .extend('namespace', { scope: 'file' }, ({ makeNamespace }) => makeNamespace());

function lastLines(log: string): string {
  return log.split('\n').slice(-20).join('\n');
}
