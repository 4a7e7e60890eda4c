import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UNREADY_AFTER_SECONDS } from '../../src/render/install/workload.ts';
import { NO_IMAGE } from './in-cluster.ts';
import { Installation } from './installation.ts';
import { Namespace } from './namespace.ts';
import type { KubeObject } from './objects.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';
import { until } from './until.ts';

/** Two replicas under failurePolicy Fail, so that every call that is not answered is a failed create. */
const FLAGS = ['--tls', 'files', '--failure-policy', 'Fail'];

/** From a replica's first missed probe to the last kube-proxy that has heard of it. */
const NOTICE_MS = UNREADY_AFTER_SECONDS * 1000 + 1000;

describe.skipIf(NO_IMAGE)(
  'while pods are created without a pause, under failurePolicy Fail',
  () => {
    let namespace: Namespace;
    let installation: Installation;

    beforeAll(async () => {
      namespace = await Namespace.make();
      installation = await Installation.make([namespace.name], withReachableProcesses);
      await installation.apply(FLAGS);
      await installation.bringCertificate();
      await installation.ready();
      await installation.reached(namespace);
    });

    afterAll(async () => {
      await installation?.remove('--wait=false');
      await namespace?.remove();
    });

    test('a rolling restart fails none of them', async () => {
      const failed = await during(async () => {
        await installation.home.run(['rollout', 'restart', 'deployment/podherald']);
        await installation.ready();
        await untilPodsAre(2);
      });
      expect(failed).toBe('');
    });

    test('an upgrade that moves the port of the pods fails none of them', async () => {
      const failed = await during(async () => {
        await installation.apply([...FLAGS, '--port', '10250']);
        await installation.ready();
        await untilPodsAre(2);
      });
      expect(failed).toBe('');
    });

    test('a deleted replica fails none of them', async () => {
      const failed = await during(async () => {
        await installation.home.run(['delete', 'pod', await installation.busiest()]);
        await installation.ready();
      });
      expect(failed).toBe('');
    });

    test('a drain takes one replica at a time, and fails none of them', async () => {
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

    test('a killed replica fails none after readiness has noticed it', async () => {
      expect(await lateFailures((name) => signal(name, 'SIGKILL'))).toBe('');
      await installation.ready();
    });

    test('a replica that hangs fails none after readiness has noticed it', async () => {
      expect(await lateFailures((name) => signal(name, 'SIGSTOP'))).toBe('');
    });

    /** The failures of the creates that went on while something happened. */
    async function during(happening: () => Promise<void>): Promise<string> {
      const creates = await StreamOfCreates.start(namespace);
      await creates.more(20);
      const originMs = performance.now();
      try {
        await happening();
        await creates.more(20);
      } finally {
        await creates.stop();
      }
      console.log(`${creates.count} creates, ${creates.failed.length} failed`);
      return summary(creates.failed, originMs);
    }

    /** The failures of creates that began when readiness should have noticed what happened. */
    async function lateFailures(happening: (name: string) => Promise<void>): Promise<string> {
      const creates = await StreamOfCreates.start(namespace);
      await creates.more(50);
      const name = await installation.busiest();
      const restarts = await installation.restarts(name);
      let originMs = 0;
      const noticedAtMs = () => originMs + NOTICE_MS;
      try {
        await happening(name);
        originMs = performance.now();
        const restartsNow = () => installation.restarts(name);
        await until(90, restartsNow, (now) => now > restarts);
        const seconds = ((performance.now() - originMs) / 1000).toFixed(1);
        console.log(`started again after ${seconds} s`);
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
  },
);

/** Finds podherald among the processes of its pod; there is no shell in its image. */
const SIGNAL_PODHERALD = `
  const fs = require('node:fs');
  const isPodherald = (id) => {
    try { return fs.readFileSync('/proc/' + id + '/cmdline', 'utf8').includes('/app/dist/main.js'); }
    catch { return false; }
  };
  const [id] = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).filter((id) => Number(id) !== process.pid && isPodherald(id));
  process.kill(Number(id), process.argv[1]);
`;

/** The kernel keeps signals of a namespace's own processes from its process 1, which podherald then is not. */
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
