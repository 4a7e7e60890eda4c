import { test as vitestTest } from 'vitest';
import { deployPodherald } from './in-cluster.ts';
import { Namespace } from './namespace.ts';
import type { Metadata } from './objects.ts';
import { startPodherald } from './on-this-machine.ts';
import type { Config, Place } from './podherald.ts';
import { type FailurePolicy, makeWebhook } from './webhook.ts';

/**
 * vitest's `test`, with a podherald and namespaces for each file that asks for them. Each fixture
 * takes one thing from the cluster and gives it back, whatever became of the tests between.
 * (vitest wants a fixture to destructure its context also where it needs none: hence the `_`.)
 */
export const test = vitestTest
  /** Fail, so that a webhook that cannot be reached shows; a file may override it. */
  .extend('failurePolicy', { scope: 'file' }, 'Fail' as FailurePolicy)
  .extend('place', { scope: 'file' }, 'this machine' as Place)
  .extend('config', { scope: 'file' }, {} as Config)
  .extend('podherald', { scope: 'file' }, async ({ place, config }, { onCleanup }) => {
    const start = place === 'the cluster' ? deployPodherald : startPodherald;
    const podherald = await start(config);
    onCleanup(podherald.remove);
    return podherald;
  })
  .extend('logOfFailure', { auto: true }, ({ podherald, onTestFailed }) => {
    onTestFailed(async () =>
      console.error(`podherald wrote at last:\n${lastLines(await podherald.log())}`),
    );
  })
  .extend('webhook', { scope: 'file' }, ({ failurePolicy, podherald }, { onCleanup }) => {
    const webhook = makeWebhook(podherald, failurePolicy);
    onCleanup(webhook.remove);
    return webhook;
  })
  /** Makes a namespace that no webhook of ours is called for. */
  .extend('makeBareNamespace', { scope: 'file' }, ({ failurePolicy: _ }, { onCleanup }) => {
    const made: Namespace[] = [];
    onCleanup(async () => {
      await Promise.all(made.map((namespace) => namespace.remove()));
    });
    return async (metadata?: Metadata) => {
      const namespace = await Namespace.make(metadata);
      made.push(namespace);
      return namespace;
    };
  })
  /** Makes a namespace whose pods are sent to podherald. */
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
