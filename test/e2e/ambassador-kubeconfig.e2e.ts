import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tryKubectl } from './kubectl.ts';
import {
  type Container,
  container,
  type Pod,
  pod,
  podSpec,
  REQUEST_AMBASSADOR,
} from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { allow, allowEverywhere, READ_PODS } from './rights.ts';
import { test as suite } from './suite.ts';

suite.override('config', { ambassador: { maxAccess: 'full' } });

const test = suite.extend(
  'namespace',
  { scope: 'file' },
  async ({ makeNamespace }, { onCleanup }) => {
    const namespace = await makeNamespace();
    await allow(namespace, READ_PODS);
    const namespaces = { apiGroups: [''], resources: ['namespaces'], verbs: ['create'] };
    onCleanup(await allowEverywhere(namespace, namespaces));
    return namespace;
  },
);

test('kubectl in a container finds the kubeconfig, as any client-go program does', async ({
  namespace,
}) => {
  const injected = await namespace.create(
    podUsing('client-go', container('app')),
    '--dry-run=server',
  );
  const image = injected.spec.initContainers?.find(({ name }) => name === 'ambassador')?.['image'];
  const app = container('app', {
    image,
    command: undefined,
    args: ['get', 'pods', '--output=name'],
  });
  await namespace.create(podUsing('client-go', app));
  await namespace.wait('pod/client-go', 'jsonpath={.status.phase}=Succeeded');

  const printed = await namespace.run(['logs', 'client-go', '--container=app']);
  expect(printed.split('\n')).toContain('pod/client-go');
});

const EXAMPLE = join(import.meta.dirname, '../../examples/ambassador-client-node/list-pods.mjs');

test.skipIf(NO_IMAGE)(
  'an unchanged program with loadFromDefault() lists pods and creates a namespace',
  async ({ namespace, onTestFinished }) => {
    const created = `${namespace.name}-created`;
    onTestFinished(async () => {
      await tryKubectl(['delete', 'namespace', created, '--wait=false', '--ignore-not-found']);
    });
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'program' },
      data: { 'list-pods.mjs': readFileSync(EXAMPLE, 'utf8') },
    });
    const program = nodeContainer(['/app/list-pods.mjs', created]);
    const volumes = [{ name: 'program', configMap: { name: 'program' } }];
    await namespace.create(podUsing('client-node', program, { volumes }));
    await namespace.wait('pod/client-node', 'jsonpath={.status.phase}=Succeeded');

    const printed = await namespace.run(['logs', 'client-node', '--container=app']);
    expect(printed).toContain('client-node');
    expect(printed).toContain(`created namespace ${created}`);
  },
);

/** A container with podherald's image, which contains node and @kubernetes/client-node. */
function nodeContainer(args: readonly string[]): Container {
  return container('app', {
    image: process.env['PODHERALD_E2E_IMAGE'],
    command: ['/bin/node', ...args],
    volumeMounts: [
      {
        name: 'program',
        mountPath: '/app/list-pods.mjs',
        subPath: 'list-pods.mjs',
        readOnly: true,
      },
    ],
  });
}

/** A pod with a kubeconfig for its ambassador, and without a token in its own containers. */
function podUsing(name: string, app: Container, more: object = {}): Pod {
  const annotations = {
    ...REQUEST_AMBASSADOR,
    'podherald.dev/ambassador-kubeconfig': 'true',
    'podherald.dev/ambassador-access': 'full',
  };
  const spec = { restartPolicy: 'Never', automountServiceAccountToken: false, ...more };
  return pod({ name, annotations }, podSpec([app], spec));
}
