import { expect } from 'vitest';
import type { Namespace } from './namespace.ts';
import { ASKING_FOR_AMBASSADOR, container, type Pod, pod, podSpec, RESTRICTED } from './objects.ts';
import { allow, READ_PODS } from './rights.ts';
import { test as suite } from './suite.ts';

const test = suite.extend('namespace', { scope: 'file' }, async ({ makeNamespace }) => {
  const namespace = await makeNamespace();
  await allow(namespace, READ_PODS);
  return namespace;
});

test('with automount off there is no token anywhere in the app, yet the API server answers', async ({
  namespace,
}) => {
  const spec = podSpec([container('app')], { automountServiceAccountToken: false });
  await namespace.start(pod({ name: 'without', annotations: ASKING_FOR_AMBASSADOR }, spec));

  expect(await tokensSeen(namespace, 'without')).toEqual([]);
  const url = `$KUBE_API_URL/api/v1/namespaces/${namespace.name}/pods/without`;
  const printed = await namespace.exec('without', `wget -qO- ${url}`);
  expect(JSON.parse(printed)).toMatchObject({ metadata: { name: 'without' } });
});

test("with automount on the app has the API server's own token, and not the ambassador's", async ({
  namespace,
}) => {
  const injected = await namespace.start(
    pod({ name: 'with', annotations: ASKING_FOR_AMBASSADOR }, podSpec([container('app')])),
  );

  expect(mountsOf(injected, 'app')).toEqual([expect.stringMatching(/^kube-api-access-/)]);
  expect(mountsOf(injected, 'ambassador')).toEqual(['ambassador-token']);
  const seen = await tokensSeen(namespace, 'with');
  expect(seen.length).toBeGreaterThan(0); // the search finds a token where there is one
  for (const file of seen) expect(file).toContain('/secrets/kubernetes.io/serviceaccount/');
});

/** Of mode 0400, and given by kubelet to the one user that all containers of the pod share. */
const OWN_TOKEN = {
  name: 'vault',
  projected: {
    defaultMode: 0o400,
    sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }],
  },
};

test('an app still reads its own token of mode 0400, as the ambassador takes its user', async ({
  namespace,
}) => {
  await namespace.start(readingOwnToken({ annotations: ASKING_FOR_AMBASSADOR }));
  const token = await namespace.exec('own-token', 'cat /vault/token');
  expect(token.split('.')).toHaveLength(3);
});

test('an app loses its own token of mode 0400 to a sidecar of another user', async ({
  makeBareNamespace,
}) => {
  const bare = await makeBareNamespace();
  const other = container('other', { securityContext: { ...RESTRICTED, runAsUser: 65_532 } });
  await bare.start(readingOwnToken({}, other));
  await expect(bare.exec('own-token', 'cat /vault/token')).rejects.toThrow('Permission denied');
});

function readingOwnToken(metadata: Pod['metadata'], ...sidecars: Pod['spec']['containers']): Pod {
  const securityContext = { ...RESTRICTED, runAsUser: 1000 };
  const volumeMounts = [{ name: 'vault', mountPath: '/vault', readOnly: true }];
  const app = container('app', { securityContext, volumeMounts });
  return pod(
    { ...metadata, name: 'own-token' },
    podSpec([app, ...sidecars], { volumes: [OWN_TOKEN] }),
  );
}

/** Files that are called so, or hold the beginning of a JSON Web Token's header, `{"alg":`. */
async function tokensSeen(namespace: Namespace, name: string): Promise<string[]> {
  const search = String.raw`find / \( -path /proc -o -path /sys \) -prune -o`;
  const command = `{ ${search} -name token -print; ${search} -type f -exec grep -ls eyJhbGciO {} +; env | grep eyJhbGciO; } | sort -u`;
  const printed = await namespace.exec(name, command);
  return printed === '' ? [] : printed.split('\n');
}

function mountsOf({ spec }: Pod, name: string): string[] {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const mounts = all.find((one) => one.name === name)?.['volumeMounts'] ?? [];
  return (mounts as { name: string }[]).map((mount) => mount.name);
}
