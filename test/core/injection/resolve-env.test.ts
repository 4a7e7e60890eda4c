import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import { warningsFor } from '../../../src/core/admission/response.ts';
import type { Json } from '../../../src/core/api/json.ts';
import type { EnvVar, Pod } from '../../../src/core/api/pod.ts';
import { sentenceOf } from '../../../src/core/decision/findings.ts';
import { KNOWN_NAMES, type KnownName } from '../../../src/core/decision/known-names.ts';
import type { Namespace } from '../../../src/core/decision/namespace.ts';
import type { Rules } from '../../../src/core/decision/rules.ts';
import { injectedPod, podWith, RULES, rulesWithProfile, SHOP, sentencesFor } from '../pods.ts';

const NAMES = Object.keys(KNOWN_NAMES) as KnownName[];

const KNOWN = {
  ...rulesWithProfile({
    env: [
      ...NAMES.map((known) => ({ name: nameOf(known), source: { known } })),
      { name: 'SERVICE', source: { literal: '$(CLUSTER_NAME)/$(WORKLOAD_NAME)' } },
    ],
    files: [],
  }),
  clusterName: 'prod',
};

function nameOf(known: KnownName): string {
  return known.replace('.', '_').toUpperCase();
}

function podOf(image: string, env: readonly EnvVar[] = [], more: object = {}): Pod {
  const pod = podWith({ 'inject-metadata': 'true' }, { containers: [{ name: 'app', image, env }] });
  return { ...pod, metadata: { ...pod.metadata, ...more } };
}

const OWNED = {
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true },
  ] as Json,
};

function valuesOf(pod: Pod): Record<string, Json | undefined> {
  const env = pod.spec.containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}

describe('the zone and region of the node', () => {
  const pod = podWith({ 'inject-metadata': 'topology' });
  const rulesOf = (minor: number): Rules => {
    const serverVersion = { major: 1, minor, release: `v1.${minor}.0` };
    return { ...RULES, ambassador: { ...RULES.ambassador, serverVersion } };
  };

  it('get one warning below Kubernetes 1.35, which the API server does not cut', () => {
    const { findings } = mutate(pod, SHOP, rulesOf(34));
    expect(warningsFor(findings)).toEqual([
      'podherald: TOPOLOGY_ZONE, TOPOLOGY_REGION, zone, region stay empty: zone and region need Kubernetes 1.35, not v1.34.0',
    ]);
  });

  it('get none from 1.35 on, or if the pod already has the labels', () => {
    const labels = {
      'topology.kubernetes.io/zone': 'a',
      'topology.kubernetes.io/region': 'b',
    };
    const labelled = { ...pod, metadata: { ...pod.metadata, labels } };
    expect(sentencesFor(pod, rulesOf(35))).toEqual([]);
    expect(sentencesFor(labelled, rulesOf(34))).toEqual([]);
  });
});

describe('labels of the namespace', () => {
  const pod = podWith({ 'podherald.dev/metadata-env': "TEAM=namespace.labels['team']" });
  const listed = { ...RULES, namespaceLabels: new Set(['team']) };
  const labelled = (labels?: Record<string, string>) => ({
    name: 'shop',
    ...(labels && { labels }),
  });
  const env = (place: Namespace, rules: Rules) => {
    const { injection, findings } = mutate(pod, place, rules);
    return [injection.containers[0]?.env, findings.map(sentenceOf)];
  };

  it('become literals', () => {
    expect(env(labelled({ team: 'web' }), listed)).toEqual([[{ name: 'TEAM', value: 'web' }], []]);
  });

  it.each([
    [
      'is not listed',
      labelled({ team: 'web' }),
      RULES,
      'the config does not list this label in namespaces.labels',
    ],
    ['is absent', labelled({}), listed, 'the namespace has no such label'],
    ['is empty', labelled({ team: '' }), listed, 'the namespace has no such label'],
    ['is not known', labelled(), listed, 'the labels of the namespace are not known'],
    [
      'is a field of objects',
      labelled({}),
      { ...RULES, namespaceLabels: new Set(['constructor']) },
      'does not list',
    ],
  ])('are left out with a notice if the label %s', (_, place, rules, why) => {
    const [added, sentences] = env(place, rules);
    expect(added).toBeUndefined();
    expect(sentences).toEqual([expect.stringContaining(why)]);
  });
});

describe('a list of sources', () => {
  const listed = { ...RULES, namespaceLabels: new Set(['team']) };

  it.each([
    ['the label if the pod has it', { a: 'x' }, {}, { fieldRef: "metadata.labels['a']" }],
    ['the annotation otherwise', { a: '' }, { b: 'x' }, { fieldRef: "metadata.annotations['b']" }],
    ['a later one otherwise', {}, {}, 'web'],
  ])('shows %s', (_, labels, annotations, expected) => {
    const list =
      "A=metadata.labels['a'] | metadata.annotations['b'] | cluster.name | namespace.labels['team']";
    const pod = podWith({ 'podherald.dev/metadata-env': list, ...annotations });
    const sent = { ...pod, metadata: { ...pod.metadata, labels } };
    const { injection } = mutate(sent, { name: 'shop', labels: { team: 'web' } }, listed);
    const [variable] = injection.containers[0]?.env ?? [];
    expect(variable?.value ?? variable?.valueFrom).toEqual(
      typeof expected === 'string'
        ? expected
        : { fieldRef: { apiVersion: 'v1', ...fieldPath(expected) } },
    );
  });

  it('is left out with a notice if none has a value', () => {
    const pod = podWith({ 'podherald.dev/metadata-env': "A=metadata.labels['a'] | cluster.name" });
    expect(sentencesFor(pod)).toEqual([
      'container app: A not injected: none of its sources has a value',
    ]);
  });

  it('works only as a variable', () => {
    const pod = podWith({
      'podherald.dev/metadata-files': "a=metadata.labels['a'] | metadata.name",
    });
    expect(sentencesFor(pod)[0]).toContain('a list of sources works only as a variable');
  });
});

function fieldPath({ fieldRef }: { readonly fieldRef: string }): object {
  return { fieldPath: fieldRef };
}

describe('sources that the Downward API lacks', () => {
  it('become literals', () => {
    expect(valuesOf(injectedPod(podOf('shop/web:1.2', [], OWNED), KNOWN))).toEqual({
      WORKLOAD_KIND: 'StatefulSet',
      WORKLOAD_NAME: 'db',
      CONTAINER_NAME: 'app',
      CONTAINER_IMAGE: 'shop/web:1.2',
      CONTAINER_IMAGETAG: '1.2',
      CLUSTER_NAME: 'prod',
      SERVICE: '$(CLUSTER_NAME)/$(WORKLOAD_NAME)',
    });
  });

  it('show the name of a pod without a controller by fieldRef', () => {
    expect(valuesOf(injectedPod(podOf('web'), KNOWN))).toMatchObject({
      WORKLOAD_KIND: 'Pod',
      WORKLOAD_NAME: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
    });
  });

  it('are left out with a notice if they have no value, with the literals that refer to them', () => {
    const { clusterName: _, ...rules } = KNOWN;
    const pod = podOf('Not An Image', [], OWNED);
    const values = valuesOf(injectedPod(pod, rules));
    expect(Object.keys(values)).toEqual([
      'WORKLOAD_KIND',
      'WORKLOAD_NAME',
      'CONTAINER_NAME',
      'CONTAINER_IMAGE',
    ]);
    expect(sentencesFor(pod, rules)).toEqual([
      'container app: CONTAINER_IMAGETAG not injected: the image of the container is not a valid image reference',
      'container app: CLUSTER_NAME, SERVICE not injected: the config does not set cluster.name',
    ]);
  });

  it('say once what is missing for all containers', () => {
    const rules = rulesWithProfile({
      env: [{ name: 'CLUSTER', source: { known: 'cluster.name' } }],
      files: [],
    });
    const containers = [{ name: 'one' }, { name: 'two' }];
    expect(sentencesFor(podWith({ 'inject-metadata': 'true' }, { containers }), rules)).toEqual([
      'container one: CLUSTER not injected: the config does not set cluster.name',
    ]);
  });

  it('are never expanded by the kubelet', () => {
    const values = valuesOf(injectedPod(podOf('x/$(POD_NAME)$$'), KNOWN));
    expect(values['CONTAINER_IMAGE']).toBe('x/$$(POD_NAME)$$$$');
  });

  it('are left out if they are longer than any image', () => {
    const pod = podOf('a'.repeat(1025));
    expect(Object.keys(valuesOf(injectedPod(pod, KNOWN)))).not.toContain('CONTAINER_IMAGE');
    expect(sentencesFor(pod, KNOWN)[0]).toContain('the value has more than 1024 characters');
  });

  it('keep their values in a copied pod that has another controller, or none', () => {
    const injected = injectedPod(podOf('web:1', [], OWNED), KNOWN);
    const { ownerReferences: _, ...metadata } = injected.metadata ?? {};
    const copy = { ...injected, metadata };
    expect(injectedPod(copy, KNOWN)).toEqual(copy);
    expect(mutate(copy, SHOP, KNOWN).operations).toEqual([]);
  });

  it('work in metadata-env, and are refused in metadata-files', () => {
    const env = podWith({ 'podherald.dev/metadata-env': 'A=workload.kind' });
    expect(valuesOf(injectedPod(env))).toEqual({ A: 'Pod' });
    const files = podWith({ 'podherald.dev/metadata-files': 'a=workload.kind' });
    expect(sentencesFor(files)[0]).toContain(
      'workload.kind works only as a variable; move it to metadata-env',
    );
  });

  it('add no more than the API server can store', () => {
    const items = Array.from({ length: 5000 }, (_, at) => `A${at}=container.image`).join();
    const containers = Array.from({ length: 20 }, (_, at) => ({
      name: `c${at}`,
      image: 'a'.repeat(1000),
    }));
    const pod = podWith({ 'podherald.dev/metadata-env': items }, { containers });
    expect(mutate(pod, SHOP, RULES)).toMatchObject({ outcome: 'skipped', reason: 'too_large' });
  });
});
