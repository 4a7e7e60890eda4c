import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';
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
    await namespace.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'program' },
      binaryData: { [PACKED]: await packed(EXAMPLE) },
    });
    const program = nodeContainer(['list-pods.mjs', created]);
    const volumes = [
      { name: 'program', configMap: { name: 'program' } },
      { name: 'tmp', emptyDir: {} },
    ];
    await namespace.create(podUsing('client-node', program, { volumes }));
    await namespace.wait('pod/client-node', 'jsonpath={.status.phase}=Succeeded');

    const printed = await namespace.run(['logs', 'client-node', '--container=app']);
    expect(printed).toContain('client-node');
    expect(printed).toContain(`created namespace ${created}`);
  },
);

const PACKED = 'list-pods.mjs.gz';

/** A program with its libraries, small enough for a ConfigMap (1 MiB). */
async function packed(program: string): Promise<string> {
  const output = { format: 'esm', minify: true, codeSplitting: false } as const;
  const written = await build({ input: program, platform: 'node', write: false, output });
  return gzipSync(written.output[0].code).toString('base64');
}

/** Unpacks the program and runs it. */
const RUN = `
  fs.writeFileSync('/tmp/list-pods.mjs', zlib.gunzipSync(fs.readFileSync('/app/${PACKED}')));
  import('/tmp/list-pods.mjs');
`;

/** A container with podherald's image, which contains node, that runs the program with these arguments. */
function nodeContainer(args: readonly string[]): Container {
  return container('app', {
    image: process.env['PODHERALD_E2E_IMAGE'],
    command: ['/bin/node', '--eval', RUN, ...args],
    volumeMounts: [
      { name: 'program', mountPath: '/app', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
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
