import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HELMS, NO_HELM } from '../helm.ts';
import { Release } from '../helm-release.ts';
import { Namespace } from '../namespace.ts';
import { NO_IMAGE } from '../podherald-pod.ts';
import { StreamOfCreates, summary } from '../stream-of-creates.ts';

const FAIL = { failurePolicy: 'Fail' };

/** Each changes the pod template, so that it rolls all replicas. */
const CHANGES = { second: { podLabels: { step: 'two' } }, third: { podLabels: { step: 'three' } } };

/** Helm 4 applies on the server side, Helm 3 merges on the client side. The tests of a block depend on each other. */
describe.skipIf(NO_IMAGE || NO_HELM).each(HELMS)('while %s', (program) => {
  let namespace: Namespace;
  let release: Release;
  let creates: StreamOfCreates;
  let startedAtMs: number;
  let caBundle: string | undefined;

  beforeAll(async () => {
    namespace = await Namespace.make();
    release = await Release.make(namespace);
    // With Fail, pods would be rejected until podherald is ready: docs/helm.md.
    await release.install(program, { failurePolicy: 'Ignore' });
    await release.reached();
    creates = await StreamOfCreates.start(namespace);
    startedAtMs = performance.now();
  });

  afterAll(async () => {
    await creates?.stop();
    await release?.remove();
    await namespace?.remove();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['changes Ignore to Fail', () => release.upgrade(program, FAIL)],
    ['upgrades', () => release.upgrade(program, { ...FAIL, ...CHANGES.second })],
    ['rolls back', () => release.rollback(program, 2)],
    ['rolls forward', () => release.rollback(program, 3)],
  ])('%s, no create fails, and caBundle stays', async (step, run) => {
    caBundle ??= await release.caBundle();
    const before = creates.count;
    await run();
    await creates.more(50);

    console.log(
      `${program} ${step}: ${creates.count - before} creates, ${creates.failed.length} failed`,
    );
    expect(summary(creates.failed, startedAtMs)).toBe('');
    expect(caBundle).toMatch(/./);
    expect(await release.caBundle()).toBe(caBundle);
  });

  test('prints the manifests and kubectl applies them on the server side, no create fails', async () => {
    const before = creates.count;
    await release.apply(program, { ...FAIL, ...CHANGES.third });
    await creates.more(50);

    console.log(
      `${program} template: ${creates.count - before} creates, ${creates.failed.length} failed`,
    );
    expect(summary(creates.failed, startedAtMs)).toBe('');
    expect(await release.caBundle()).toBe(caBundle);
  });

  test('uninstalls, the API server rejects no pod', async () => {
    const before = creates.count;
    await release.uninstall(program);
    await creates.more(50);
    await creates.stop();

    // Without podherald, pods are created without an injection.
    const rejected = creates.failed.filter(({ message }) => message !== 'not injected');
    console.log(
      `${program} uninstall: ${creates.count - before} creates, ${rejected.length} rejected`,
    );
    expect(summary(rejected, startedAtMs)).toBe('');
  });
});
