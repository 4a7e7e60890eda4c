import { expect } from 'vitest';
import type { Namespace } from './namespace.ts';
import { container, pod, podSpec, REQUEST_AMBASSADOR } from './objects.ts';
import { allowEverywhere } from './rights.ts';
import { test as suite } from './suite.ts';

suite.override('config', { ambassador: { maxAccess: 'full' } });

/** RBAC allows its pods to read and create all ConfigMaps, so only the ambassador rejects requests. */
const test = suite.extend(
  'namespace',
  { scope: 'file' },
  async ({ makeNamespace }, { onCleanup }) => {
    const namespace = await makeNamespace();
    const rule = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create'] };
    onCleanup(await allowEverywhere(namespace, rule));
    return namespace;
  },
);

test.for([
  { access: 'namespace', own: 'ok', other: 'Forbidden', write: 'Forbidden' },
  { access: 'read-only', own: 'ok', other: 'ok', write: 'Forbidden' },
  { access: 'full', own: 'ok', other: 'ok', write: 'ok' },
])(
  'with access $access, a read in its namespace is $own, a read in another one $other, and a write $write',
  async ({ access, own, other, write }, { namespace }) => {
    const annotations = { ...REQUEST_AMBASSADOR, 'podherald.dev/ambassador-access': access };
    await namespace.start(pod({ name: access, annotations }, podSpec([container('app')])));
    const path = `/api/v1/namespaces/${namespace.name}/configmaps`;
    const created = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `by-${access}` } };
    const body = `--header 'Content-Type: application/json' --post-data '${JSON.stringify(created)}'`;

    expect(await request(namespace, access, path)).toBe(own);
    expect(await request(namespace, access, '/api/v1/namespaces/default/configmaps')).toBe(other);
    expect(await request(namespace, access, path, body)).toBe(write);
  },
);

/** Sends a request from a pod. Returns `ok`, or `Forbidden` if the ambassador rejects it. */
async function request(namespace: Namespace, name: string, path: string, options = '') {
  const command = `wget -qO- ${options} $KUBE_API_URL${path} >/dev/null 2>/tmp/error && echo ok || cat /tmp/error`;
  const printed = await namespace.exec(name, command, 'app');
  return printed.replace('wget: server returned error: HTTP/1.1 403 ', '');
}
