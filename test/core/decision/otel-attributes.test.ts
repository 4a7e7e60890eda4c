import { detectResources, envDetector } from '@opentelemetry/resources';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvVar, Pod } from '../../../src/core/api/pod.ts';
import { encode, PLAIN_TEXT } from '../../../src/core/decision/otel-attributes.ts';
import type { Rules } from '../../../src/core/decision/rules.ts';
import { injectedPod, podWith, RULES, sentencesFor } from '../pods.ts';

const PREFIX = 'resource.opentelemetry.io/';
const DIGEST = `sha256:${'a'.repeat(64)}`;

const USES_LABELS: Rules = { ...RULES, otel: { useLabels: true } };

interface Given {
  readonly image?: string;
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly owner?: readonly [apiVersion: string, kind: string, name: string];
  readonly env?: readonly EnvVar[];
}

function podOf({ image = 'web', annotations = {}, labels = {}, owner, env = [] }: Given): Pod {
  const pod = podWith(
    { 'inject-metadata': 'otel', ...annotations },
    { containers: [{ name: 'app', image, env }] },
  );
  const [apiVersion = '', kind = '', name = ''] = owner ?? [];
  const ownerReferences = owner && [{ apiVersion, kind, name, controller: true }];
  return {
    ...pod,
    metadata: { ...pod.metadata, labels, ...(ownerReferences && { ownerReferences }) },
  };
}

/** Expands a value as the kubelet does, for a pod named web-1 in the namespace shop. */
function expand(value: string): string {
  const values: Record<string, string> = {
    OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'web-1',
    OTEL_RESOURCE_ATTRIBUTES_POD_NAMESPACE: 'shop',
    OTEL_RESOURCE_ATTRIBUTES_POD_UID: 'u-1',
    OTEL_RESOURCE_ATTRIBUTES_NODE_NAME: 'node-1',
  };
  return value.replaceAll(/\$\$|\$\((\w+)\)/g, (text, name) => values[name] ?? text.slice(0, 1));
}

function injectedValue(given: Given, rules: Rules = RULES): string | undefined {
  const env = injectedPod(podOf(given), rules).spec.containers[0]?.env ?? [];
  const { value } = env.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES') ?? {};
  return typeof value === 'string' ? value : undefined;
}

/** What the resource detector of OpenTelemetry's SDK reads from the injected variable. */
function detected(given: Given, rules?: Rules): Record<string, unknown> {
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = expand(injectedValue(given, rules) ?? '');
  const { attributes } = detectResources({ detectors: [envDetector] });
  return { ...attributes };
}

afterEach(() => {
  delete process.env['OTEL_RESOURCE_ATTRIBUTES'];
});

const EVERY_POD = {
  'service.namespace': 'shop',
  'service.instance.id': 'shop.web-1.app',
  'k8s.namespace.name': 'shop',
  'k8s.node.name': 'node-1',
  'k8s.pod.name': 'web-1',
  'k8s.pod.uid': 'u-1',
  'k8s.container.name': 'app',
};

describe('the attributes that OpenTelemetry’s SDK detects', () => {
  it('of a pod without an owner', () => {
    expect(detected({ image: 'Not valid' })).toEqual({ ...EVERY_POD, 'service.name': 'web-1' });
  });

  it.each([
    ['apps/v1', 'Deployment', 'k8s.deployment.name'],
    ['apps/v1', 'ReplicaSet', 'k8s.replicaset.name'],
    ['apps/v1', 'StatefulSet', 'k8s.statefulset.name'],
    ['apps/v1', 'DaemonSet', 'k8s.daemonset.name'],
    ['batch/v1', 'CronJob', 'k8s.cronjob.name'],
    ['batch/v1', 'Job', 'k8s.job.name'],
    ['batch.volcano.sh/v1alpha1', 'Job', undefined],
    ['argoproj.io/v1alpha1', 'Rollout', undefined],
  ])('of a pod of a %s %s', (apiVersion, kind, attribute) => {
    expect(detected({ image: '', owner: [apiVersion, kind, 'web'] })).toEqual({
      ...EVERY_POD,
      'service.name': 'web',
      ...(attribute && { [attribute]: 'web' }),
    });
  });

  it.each([
    ['shop/web:1.2', 'shop/web', '1.2', '1.2'],
    [`reg.example:5000/web@${DIGEST}`, 'reg.example:5000/web', undefined, DIGEST],
    [`web:1.2@${DIGEST}`, 'web', '1.2', `1.2@${DIGEST}`],
    ['[2001:db8::1]:5000/web', '[2001:db8::1]:5000/web', undefined, undefined],
  ])('of the image %s', (image, name, tag, version) => {
    const attributes = detected({ image });
    expect(attributes['container.image.name']).toBe(name);
    expect(attributes['container.image.tags']).toBe(tag);
    expect(attributes['service.version']).toBe(version);
  });

  const labels = {
    'app.kubernetes.io/name': 'name',
    'app.kubernetes.io/instance': 'instance',
    'app.kubernetes.io/version': '3',
  };
  const owner = ['apps/v1', 'StatefulSet', 'db'] as const;

  it.each([
    ['an annotation', { annotations: { [`${PREFIX}service.name`]: 'own' }, labels }, true, 'own'],
    ['the instance', { labels }, true, 'instance'],
    ['the name', { labels: { ...labels, 'app.kubernetes.io/instance': '' } }, true, 'name'],
    ['the workload', {}, true, 'db'],
    ['the workload, unless the config uses labels', { labels }, false, 'db'],
    [
      'the workload if the annotation is empty',
      { annotations: { [`${PREFIX}service.name`]: '' } },
      false,
      'db',
    ],
  ])('service.name is %s', (_, given, useLabels, name) => {
    const attributes = detected({ ...given, owner }, useLabels ? USES_LABELS : RULES);
    expect(attributes['service.name']).toBe(name);
  });

  it('service.version is an annotation, else a label if the config uses labels, else of the image', () => {
    const annotations = { [`${PREFIX}service.version`]: '4' };
    const versions = [
      detected({ image: 'web:1', labels, annotations }, USES_LABELS),
      detected({ image: 'web:1', labels }, USES_LABELS),
      detected({ image: 'web:1', labels }),
    ];
    expect(versions.map((one) => one['service.version'])).toEqual(['4', '3', '1']);
  });

  it('an annotation takes precedence over each of them', () => {
    const names = ['service.instance.id', 'k8s.pod.name', 'container.image.name', 'k8s.node.name'];
    const annotations = Object.fromEntries(names.map((name) => [PREFIX + name, 'own']));
    const attributes = detected({ annotations });
    expect(names.map((name) => attributes[name])).toEqual(['own', 'own', 'own', 'own']);
  });

  it('the name of the cluster comes from the config', () => {
    const rules = { ...RULES, clusterName: 'arn:aws:eks:eu-west-1:1:cluster/prod' };
    expect(detected({}, rules)['k8s.cluster.name']).toBe(rules.clusterName);
  });

  it('any value of an annotation is read as it was written', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(text, (value) => {
        const attributes = detected({ annotations: { [`${PREFIX}team`]: value } });
        expect(attributes['team']).toBe(value.toWellFormed());
      }),
    );
  });
});

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
  it('of the container itself is kept, with a notice', () => {
    const env = [{ name: 'OTEL_RESOURCE_ATTRIBUTES', value: 'team=shop' }];
    expect(injectedValue({ env })).toBe('team=shop');
    expect(sentencesFor(podOf({ env }))).toEqual([
      'container app already sets OTEL_RESOURCE_ATTRIBUTES; its own values are kept',
    ]);
  });

  it('is injected beside the container’s own OTEL_SERVICE_NAME, with a notice', () => {
    const env = [{ name: 'OTEL_SERVICE_NAME', value: 'mine' }];
    expect(injectedValue({ env })).toContain('service.name=');
    expect(sentencesFor(podOf({ env }))).toEqual([
      'container app already sets OTEL_SERVICE_NAME; its own values are kept',
    ]);
  });

  it('does not depend on variables that an app sets itself', () => {
    const env = [
      { name: 'POD_NAME', value: 'x' },
      { name: 'NODE_NAME', value: 'x' },
    ];
    expect(detected({ env })).toMatchObject(EVERY_POD);
    expect(sentencesFor(podOf({ env }))).toEqual([]);
  });

  it('is left out with a notice if the annotations are too long', () => {
    const annotations = { [`${PREFIX}a`]: 'x'.repeat(16_384 - 1) };
    expect(injectedValue({ annotations })).toBeUndefined();
    expect(sentencesFor(podOf({ annotations }))).toEqual([
      'container app: OTEL_RESOURCE_ATTRIBUTES not injected: the resource.opentelemetry.io/* annotations have more than 16384 characters',
    ]);
  });

  it('stays as it is when the pod is injected again', () => {
    const once = injectedPod(podOf({ owner: ['apps/v1', 'StatefulSet', 'db'] }));
    expect(injectedPod(once)).toEqual(once);
  });
});

describe('encode()', () => {
  it('changes everything but what the policy takes for plain', () => {
    for (let code = 0; code < 0x80; code++) {
      const sign = String.fromCharCode(code);
      expect(encode(sign) === sign, sign).toBe(new RegExp(PLAIN_TEXT).test(sign));
    }
  });
});
