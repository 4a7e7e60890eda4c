import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UNREADY_AFTER_SECONDS } from '../../src/render/install/workload.ts';
import { Installation } from './installation.ts';
import { Namespace } from './namespace.ts';
import type { KubeObject } from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';
import { until } from './until.ts';

/** With failurePolicy Fail, every call of the webhook that fails is a failed create. */
const FLAGS = ['--tls', 'files', '--failure-policy', 'Fail'];

/** Time from the failure of a replica until kube-proxy sends no more connections to it. */
const NOTICE_MS = UNREADY_AFTER_SECONDS * 1000 + 1000;

describe.skipIf(NO_IMAGE)('with failurePolicy Fail, while pods are created all the time', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name], withReachableProcesses);
    await installation.apply(FLAGS);
    await installation.provideCertificate();
    await installation.ready();
    await installation.reached(namespace);
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('a rolling restart fails no create', async () => {
    const failed = await during(async () => {
      await installation.home.run(['rollout', 'restart', 'deployment/podherald']);
      await installation.ready();
      await untilPodsAre(2);
    });
    expect(failed).toBe('');
  });

  test('an upgrade that changes the port of the pods fails no create', async () => {
    const failed = await during(async () => {
      await installation.apply([...FLAGS, '--port', '10250']);
      await installation.ready();
      await untilPodsAre(2);
    });
    expect(failed).toBe('');
  });

  test('the deletion of a replica fails no create', async () => {
    const failed = await during(async () => {
      await installation.home.run(['delete', 'pod', await installation.busiest()]);
      await installation.ready();
    });
    expect(failed).toBe('');
  });

  test('a node drain evicts one replica at a time, and fails no create', async () => {
    const [first = '', second = ''] = await installation.podNames();
    const failed = await during(async () => {
      await evict(first);
      await expect(evict(second)).rejects.toThrow(/disruption budget/);
      await installation.ready();
      await until(
        60,
        () => evict(second).then(yes, no),
        (isEvicted) => isEvicted,
      );
      await installation.ready();
      await untilPodsAre(2);
    });
    expect(failed).toBe('');
  });

  test('a killed replica fails no create after its readiness probe has failed', async () => {
    expect(await lateFailures((name) => signal(name, 'SIGKILL'))).toBe('');
    await installation.ready();
  });

  test('a replica that hangs fails no create after its readiness probe has failed', async () => {
    expect(await lateFailures((name) => signal(name, 'SIGSTOP'))).toBe('');
  });

  /** Creates pods during a disruption and returns the summary of the failed creates. */
  async function during(disruption: () => Promise<void>): Promise<string> {
    const creates = await StreamOfCreates.start(namespace);
    await creates.more(20);
    const originMs = performance.now();
    try {
      await disruption();
      await creates.more(20);
    } finally {
      await creates.stop();
    }
    console.log(`${creates.count} creates, ${creates.failed.length} failed`);
    return summary(creates.failed, originMs);
  }

  /** Like `during`, but only of the creates that started after the readiness probe has failed. */
  async function lateFailures(disruption: (name: string) => Promise<void>): Promise<string> {
    const creates = await StreamOfCreates.start(namespace);
    await creates.more(50);
    const name = await installation.busiest();
    const restarts = await installation.restarts(name);
    let originMs = 0;
    const noticedAtMs = () => originMs + NOTICE_MS;
    try {
      await disruption(name);
      originMs = performance.now();
      const restartsNow = () => installation.restarts(name);
      await until(90, restartsNow, (now) => now > restarts);
      const seconds = ((performance.now() - originMs) / 1000).toFixed(1);
      console.log(`restarted after ${seconds} s`);
      await installation.ready();
      await until(30, clock, (nowMs) => nowMs > noticedAtMs());
      await creates.more(100);
    } finally {
      await creates.stop();
    }
    console.log(
      `${creates.count} creates, ${creates.failed.length} failed\n${summary(creates.failed, originMs)}`,
    );
    expect(creates.startedSince(noticedAtMs())).toBeGreaterThanOrEqual(50);
    const late = creates.failed.filter(({ startedAtMs }) => startedAtMs > noticedAtMs());
    return summary(late, originMs);
  }

  async function untilPodsAre(count: number): Promise<void> {
    await until(
      60,
      () => installation.podNames(),
      (names) => names.length === count,
    );
  }

  async function evict(name: string): Promise<void> {
    const { name: home } = installation.home;
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace: home },
    };
    const path = `/api/v1/namespaces/${home}/pods/${name}/eviction`;
    await installation.home.run(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
  }

  async function signal(pod: string, name: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
    const node = ['/bin/node', '-e', SIGNAL_PODHERALD, name];
    await installation.home.run(['exec', pod, '--container=podherald', '--', ...node]);
  }
});

/** A Node program that sends a signal to podherald in its pod, whose image has no shell. */
const SIGNAL_PODHERALD = `
  const fs = require('node:fs');
  const isPodherald = (id) => {
    try { return fs.readFileSync('/proc/' + id + '/cmdline', 'utf8').includes('/app/dist/main.js'); }
    catch { return false; }
  };
  const [id] = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).filter((id) => Number(id) !== process.pid && isPodherald(id));
  process.kill(Number(id), process.argv[1]);
`;

/**
 * Shares the process namespace of the pod. Otherwise podherald is process 1 of its container, to
 * which the kernel does not deliver SIGKILL and SIGSTOP from processes in the same namespace.
 */
function withReachableProcesses(object: KubeObject): KubeObject {
  if (object.kind !== 'Deployment') return object;
  const deployment = structuredClone(object) as unknown as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  deployment.spec.template.spec['shareProcessNamespace'] = true;
  return deployment as unknown as KubeObject;
}

const clock = async () => performance.now();
const yes = () => true;
const no = () => false;
