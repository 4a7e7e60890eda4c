import { expect } from 'vitest';
import type { Namespace } from './namespace.ts';
import { ASKING_FOR_AMBASSADOR, container, pod, podSpec } from './objects.ts';
import { allowEverywhere } from './rights.ts';
import { test as suite } from './suite.ts';

suite.override('config', { ambassador: { maxAccess: 'full' } });

/** Its pods may read and make ConfigMaps anywhere: what is refused is refused by the ambassador. */
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
  '$access: reading in its own namespace is $own, elsewhere $other, and writing $write',
  async (of, { namespace }) => {
    const annotations = { ...ASKING_FOR_AMBASSADOR, 'podherald.dev/ambassador-access': of.access };
    await namespace.start(pod({ name: of.access, annotations }, podSpec([container('app')])));
    const own = `/api/v1/namespaces/${namespace.name}/configmaps`;
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `by-${of.access}` } };
    const body = `--header 'Content-Type: application/json' --post-data '${JSON.stringify(made)}'`;

    expect(await request(namespace, of.access, own)).toBe(of.own);
    expect(await request(namespace, of.access, '/api/v1/namespaces/default/configmaps')).toBe(
      of.other,
    );
    expect(await request(namespace, of.access, own, body)).toBe(of.write);
  },
);

/** What becomes of a request in a pod. The ambassador answers a refused one with this one word. */
async function request(namespace: Namespace, name: string, path: string, options = '') {
  const command = `wget -qO- ${options} $KUBE_API_URL${path} >/dev/null 2>/tmp/error && echo ok || cat /tmp/error`;
  const printed = await namespace.exec(name, command, 'app');
  return printed.replace('wget: server returned error: HTTP/1.1 403 ', '');
}
