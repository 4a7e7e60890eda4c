import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifests } from './installation.ts';
import { kubectl } from './kubectl.ts';
import type { KubeObject } from './objects.ts';

/** What each overlay is instead of: the flags of podherald manifests that give the same. */
test.each([
  ['self-managed', []],
  ['cert-manager', ['--tls', 'cert-manager']],
  // The component fits every overlay, so it leaves out what that of cert-manager does.
  ['labelled', ['--scope', 'labelled', '--exclude-namespace', 'cert-manager']],
])(
  'kubectl builds of the overlay %s what podherald manifests %j writes',
  async (overlay, flags) => {
    expect(await built(overlay)).toEqual(byName(await manifests(flags)));
  },
);

test('kubectl builds of the overlay ha the same, of three replicas that never share a node', async () => {
  const objects = byName(await manifests(['--replicas', '3']));
  const deployment = objects['Deployment podherald'] as unknown as Deployment;
  const [overNodes] = deployment.spec.template.spec.topologySpreadConstraints;
  Object.assign(overNodes, { whenUnsatisfiable: 'DoNotSchedule', minDomains: 3 });

  expect(await built('ha')).toEqual(objects);
});

interface Deployment {
  readonly spec: {
    readonly template: { readonly spec: { readonly topologySpreadConstraints: [object] } };
  };
}

async function built(overlay: string): Promise<Record<string, KubeObject>> {
  return byName(await kubectl(['kustomize', `deploy/overlays/${overlay}`]));
}

/** kustomize has an order of its own. */
function byName(text: string): Record<string, KubeObject> {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) throw new Error('there are no objects');
  const objects = documents.map((document): KubeObject => document.toJS());
  return Object.fromEntries(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
}
