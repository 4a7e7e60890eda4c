import { expect } from 'vitest';
import type { Namespace } from './namespace.ts';
import { container, type Pod, type PodSpec, pod, podSpec, REQUEST_AMBASSADOR } from './objects.ts';
import { test } from './suite.ts';

test('a pod with hostNetwork gets no ambassador, and kubectl shows why', async ({ namespace }) => {
  const spec = podSpec([container('app')], { hostNetwork: true });
  const { warnings, started } = await apply(namespace, 'host-network', spec);
  expect(warnings).toEqual([
    'Warning: podherald: no ambassador: the pod uses hostNetwork, so anything on the node could use the proxy',
  ]);
  expect(started.spec.initContainers).toBeUndefined();
});

test('the ambassador uses port 8002 if the app declares port 8001, and KUBE_API_URL shows it', async ({
  namespace,
}) => {
  const spec = podSpec([container('app', { ports: [{ containerPort: 8001 }] })]);
  const { warnings } = await apply(namespace, 'port-taken', spec);
  expect(warnings).toEqual([
    'Warning: podherald: port 8001 is taken; the ambassador listens on 8002 (see KUBE_API_URL)',
  ]);
  const printed = await namespace.exec(
    'port-taken',
    'echo $KUBE_API_URL; wget -qO- $KUBE_API_URL/version',
  );
  expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:8002\n\{/);
});

test('a pod that requests the ambassador at a port of the app is denied', async ({ namespace }) => {
  const annotations = { ...REQUEST_AMBASSADOR, 'podherald.dev/ambassador-port': '9000' };
  const app = container('app', { ports: [{ containerPort: 9000 }] });
  const manifest = pod({ name: 'denied', annotations }, podSpec([app]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(manifest));
  expect(code).toBe(1);
  expect(stderr).toContain(
    'podherald.dev/ambassador-port: container app already declares port 9000; choose another port',
  );
});

test('the ambassador has another name if a container is named ambassador, and is not injected if both names are taken', async ({
  namespace,
}) => {
  const one = podSpec([container('app'), container('ambassador')]);
  const renamed = await apply(namespace, 'name-taken', one);
  expect(renamed.warnings).toEqual([
    'Warning: podherald: the pod already has a container named ambassador; the sidecar is named podherald-ambassador',
  ]);
  const printed = await namespace.exec('name-taken', 'wget -qO- $KUBE_API_URL/version', 'app');
  expect(JSON.parse(printed)).toHaveProperty('gitVersion');

  const both = podSpec([container('ambassador'), container('podherald-ambassador')]);
  const notInjected = await apply(namespace, 'names-taken', both);
  expect(notInjected.warnings).toEqual([
    'Warning: podherald: no ambassador: the pod already has containers named ambassador and podherald-ambassador',
  ]);
});

test('a pod with shareProcessNamespace gets a warning that root and the user of the ambassador can read its token', async ({
  namespace,
}) => {
  const spec = podSpec([container('app')], {
    shareProcessNamespace: true,
    automountServiceAccountToken: false,
  });
  const { warnings } = await apply(namespace, 'sharing', spec);
  expect(warnings).toEqual([
    'Warning: podherald: shareProcessNamespace is true: processes of root or of the ambassador user can read the ambassador token',
  ]);
  const token = '/proc/$(pidof kubectl)/root/var/run/secrets/kubernetes.io/serviceaccount/token';
  await expect(namespace.exec('sharing', `cat ${token}`)).rejects.toThrow('Permission denied');
  const become = 'echo other:x:60871:0::/:/bin/sh >>/etc/passwd; su other -c';
  const read = await namespace.exec('sharing', `${become} "cat ${token}"`);
  expect(read.split('.')).toHaveLength(3);
});

interface Applied {
  readonly warnings: readonly string[];
  readonly started: Pod;
}

async function apply(namespace: Namespace, name: string, spec: PodSpec): Promise<Applied> {
  const manifest = JSON.stringify(pod({ name, annotations: REQUEST_AMBASSADOR }, spec));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], manifest);
  expect(code, stderr).toBe(0);
  const warnings = stderr.split('\n').filter((line) => line.startsWith('Warning: '));
  return { warnings, started: await namespace.running(`pod/${name}`) };
}
