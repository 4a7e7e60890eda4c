import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifests } from './installation.ts';
import { kubectl } from './kubectl.ts';
import type { KubeObject } from './objects.ts';

/** Each overlay of deploy/, with the flags of `podherald manifests` that print the same objects. */
test.each([
  ['self-managed', []],
  ['cert-manager', ['--tls', 'cert-manager']],
  // The component is for every overlay, so it excludes the namespace of cert-manager, too.
  ['labelled', ['--scope', 'labelled', '--exclude-namespace', 'cert-manager']],
])(
  'kubectl kustomize of overlay %s prints the same objects as podherald manifests with flags %j',
  async (overlay, flags) => {
    expect(await built(overlay)).toEqual(byName(await manifests(flags)));
  },
);

test('kubectl kustomize of overlay ha prints the same objects as podherald manifests, with three replicas on different nodes', async () => {
  const objects = byName(await manifests(['--replicas', '3']));
  const deployment = objects['Deployment podherald'] as unknown as Deployment;
  const [constraint] = deployment.spec.template.spec.topologySpreadConstraints;
  Object.assign(constraint, { whenUnsatisfiable: 'DoNotSchedule', minDomains: 3 });

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

/** Returns the objects by kind and name, because kustomize sorts them. */
function byName(text: string): Record<string, KubeObject> {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) throw new Error('expected at least one object');
  const objects = documents.map((document): KubeObject => document.toJS());
  return Object.fromEntries(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
}
