import { expect, it } from 'vitest';
import { fakeObjects } from '../support/fake-objects.ts';
import { cluster, controlled, livePod, PODS } from '../support/live-objects.ts';
import { runProgram } from '../support/run-program.ts';

const PODS_IN_ALL = 10_000;
const HEAP_MEBIBYTES = 64;

/** As much as a pod of a service mesh takes, managedFields and all: 10,000 of them are 120 MB. */
const PADDING = { 'example.com/padding': 'x'.repeat(11_000) };

it(`audits ${PODS_IN_ALL} pods that do not fit into its memory together`, async () => {
  const hash = { 'pod-template-hash': 'abc' };
  const fake = await fakeObjects({
    ...cluster([]),
    [PODS]: {
      length: PODS_IN_ALL,
      at(index: number) {
        const requests: Record<string, string> =
          index % 10 === 0 ? { 'inject-metadata': 'true' } : {};
        const owner = `web-${index % 7}`;
        return livePod(`${owner}-abc-${index}`, {
          metadata: controlled('ReplicaSet', `${owner}-abc`, hash),
          annotations: { ...PADDING, ...requests },
        });
      },
    },
  });
  const started = performance.now();
  const { code, stdout, stderr } = await runProgram(['audit', '-A', '-o', 'json'], '', {
    KUBECONFIG: fake.kubeconfig,
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MEBIBYTES}`,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${PODS_IN_ALL} pods in ${seconds} s with a heap of ${HEAP_MEBIBYTES} MiB`);

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `podherald: 1000 of ${PODS_IN_ALL} pods are missing their injection\n`,
  });
  expect(JSON.parse(stdout).missing).toHaveLength(7);
  expect(fake.requests.filter((path) => path.startsWith(`${PODS}?`))).toHaveLength(20);
}, 120_000);
