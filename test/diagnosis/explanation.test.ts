import { describe, expect, it } from 'vitest';
import { mutate } from '../../src/core/admission/mutate.ts';
import type { JsonObject } from '../../src/core/api/json.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { type Explanation, explain } from '../../src/diagnosis/explanation.ts';
import { applyOperations } from '../../src/manifests/edit-json.ts';
import { livePod } from '../support/live-objects.ts';

const RULES = defaultRules('0');
const NAMESPACE = { name: 'shop' };
const NO_LOCATIONS = {
  pod: () => undefined,
  namespace: () => undefined,
  config: () => undefined,
};

function explained(pod: object): Explanation {
  const context = { namespace: NAMESPACE, rules: RULES, locations: NO_LOCATIONS, root: [] };
  return explain(pod as JsonObject, mutate(pod, NAMESPACE, RULES), context);
}

const injected = (pod: object): object =>
  applyOperations(pod, mutate(pod, NAMESPACE, RULES).operations);

interface StoredSpec {
  containers: { env: object[]; volumeMounts: object[] }[];
  initContainers: object[];
  volumes: object[];
}

const MESH = { name: 'mesh', image: 'mesh' };
const TOKEN = {
  name: 'kube-api-access-x',
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
};

describe('explain', () => {
  it('lists what is added to a pod, by container and kind', () => {
    const { added, present } = explained(livePod('web'));

    expect(present).toEqual([]);
    expect(added).toMatchObject([
      { container: 'app', kind: 'env', names: expect.arrayContaining(['POD_NAME', 'NODE_NAME']) },
      { container: 'app', kind: 'files', names: ['/etc/downward'] },
      { kind: 'volume', names: ['downward'] },
      { kind: 'annotation', names: ['podherald.dev/status'] },
    ]);
  });

  it('lists what is injected already in the same way', () => {
    const pod = livePod('web');

    expect(explained(injected(pod)).added).toEqual([]);
    expect(explained(injected(pod)).present).toEqual(explained(pod).added);
  });

  it.each<[string, (spec: StoredSpec) => void]>([
    ['a container', ({ containers }) => containers.unshift({ env: [], volumeMounts: [], ...MESH })],
    ['an init container', ({ initContainers }) => initContainers.unshift(MESH)],
    ['a variable', ({ containers }) => containers[0]?.env.unshift({ name: 'A', value: 'b' })],
    [
      'a mount',
      ({ containers, volumes }) => {
        containers[0]?.volumeMounts.push(TOKEN);
        volumes.unshift({ name: TOKEN.name, projected: {} });
      },
    ],
  ])('recognizes what is injected after another webhook has inserted %s', (_, insert) => {
    const annotations = { 'inject-metadata': 'true', 'inject-ambassador': 'true' };
    const pod = structuredClone(injected(livePod('web', { annotations }))) as { spec: StoredSpec };
    const before = explained(structuredClone(pod)).present;
    insert(pod.spec);

    expect(before).toContainEqual({ container: 'app', kind: 'files', names: ['/etc/downward'] });
    expect(before).toContainEqual({ kind: 'container', names: ['ambassador'] });
    const after = explained(pod);
    expect([...after.present, ...after.changed]).toEqual(before);
  });
});
