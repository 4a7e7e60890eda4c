import { expect } from 'vitest';
import type { Namespace } from './namespace.ts';
import { container, type Pod, pod, podSpec, REQUEST_AMBASSADOR, RESTRICTED } from './objects.ts';
import { allow, READ_PODS } from './rights.ts';
import { test as suite } from './suite.ts';

const test = suite.extend('namespace', { scope: 'file' }, async ({ makeNamespace }) => {
  const namespace = await makeNamespace();
  await allow(namespace, READ_PODS);
  return namespace;
});

test('with automountServiceAccountToken off, the app has no token and still reaches the API server', async ({
  namespace,
}) => {
  const spec = podSpec([container('app')], { automountServiceAccountToken: false });
  await namespace.start(pod({ name: 'without', annotations: REQUEST_AMBASSADOR }, spec));

  expect(await tokensSeen(namespace, 'without')).toEqual([]);
  const url = `$KUBE_API_URL/api/v1/namespaces/${namespace.name}/pods/without`;
  const printed = await namespace.exec('without', `wget -qO- ${url}`);
  expect(JSON.parse(printed)).toMatchObject({ metadata: { name: 'without' } });
});

test("with automountServiceAccountToken on, the app has only the token of the API server, not the ambassador's", async ({
  namespace,
}) => {
  const injected = await namespace.start(
    pod({ name: 'with', annotations: REQUEST_AMBASSADOR }, podSpec([container('app')])),
  );

  expect(mountsOf(injected, 'app')).toEqual([expect.stringMatching(/^kube-api-access-/)]);
  expect(mountsOf(injected, 'ambassador')).toEqual(['ambassador-token']);
  const seen = await tokensSeen(namespace, 'with');
  expect(seen.length).toBeGreaterThan(0); // proves that the search finds tokens
  for (const file of seen) expect(file).toContain('/secrets/kubernetes.io/serviceaccount/');
});

/**
 * A token of mode 0400. If all containers of a pod run as the same user, kubelet makes that user
 * the owner of the token.
 */
const OWN_TOKEN = {
  name: 'vault',
  projected: {
    defaultMode: 0o400,
    sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }],
  },
};

test('an app can still read its own token of mode 0400, because the ambassador runs as its user', async ({
  namespace,
}) => {
  await namespace.start(readingOwnToken({ annotations: REQUEST_AMBASSADOR }));
  const token = await namespace.exec('own-token', 'cat /vault/token');
  expect(token.split('.')).toHaveLength(3);
});

test('an app cannot read its own token of mode 0400 if a sidecar runs as another user', async ({
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

/**
 * Returns the files named `token` and the files and variables that contain a JSON Web Token, whose
 * base64 starts with `eyJhbGciO`, for `{"alg":`.
 */
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
