import { describe, expect, it } from 'vitest';
import { mutate } from '../../src/core/admission/mutate.ts';
import { errored } from '../../src/core/admission/mutation.ts';
import type { JsonObject } from '../../src/core/api/json.ts';
import { finding } from '../../src/core/decision/reasons.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import {
  type ClusterState,
  namespaceFrom,
  webhookEntries,
} from '../../src/diagnosis/cluster-state.ts';
import { findMissing, type MissingInjection } from '../../src/diagnosis/missing-injection.ts';
import { applyOperations } from '../../src/manifests/edit-json.ts';
import {
  CREATED,
  LABELLED_SCOPE,
  livePod,
  namespaceObject,
  webhook,
  webhookConfiguration,
} from '../support/live-objects.ts';

/** What differs from a cluster in which podherald is installed with its defaults. */
interface Changes {
  readonly namespace?: object;
  readonly webhooks?: readonly object[];
  readonly rules?: Partial<Rules>;
}

function stateOf({
  namespace = namespaceObject('shop'),
  webhooks = [webhookConfiguration()],
  rules = {},
}: Changes): ClusterState {
  const namespaceRead = { value: namespace as JsonObject };
  return {
    namespace: namespaceFrom('shop', namespaceRead, true),
    namespaceObject: namespaceRead,
    webhooks: { value: webhookEntries(webhooks as JsonObject[]) },
    rules: { ...defaultRules('0'), ...rules },
  };
}

function missingIn(pod: object, changes: Changes = {}): MissingInjection {
  const state = stateOf(changes);
  return findMissing(pod as JsonObject, mutate(pod, state.namespace, state.rules), state);
}

function injected(pod: object): object {
  return applyOperations(pod, mutate(pod, { name: 'shop' }, defaultRules('0')).operations);
}

const AMBASSADOR = { 'inject-ambassador': 'true' };
const LATER = '2030-01-03T00:00:00Z';

const requesting = livePod('web');
const silent = livePod('web', { annotations: {} });

function annotated(annotations: Record<string, string>, spec = {}): object {
  return livePod('web', { annotations, spec });
}

function withDefaults(annotations: Record<string, string>, metadata = {}): Changes {
  return { namespace: namespaceObject('shop', { annotations, ...metadata }) };
}

function only(entry: object): Changes {
  return { webhooks: [webhookConfiguration([entry])] };
}

function annotatedAt(time: string): object {
  const fieldsV1 = { 'f:metadata': { 'f:annotations': { 'f:inject-metadata': {} } } };
  return { managedFields: [{ manager: 'kubectl-annotate', time, fieldsV1 }] };
}

describe('findMissing', () => {
  it.each<[string, string, object, Changes]>([
    ['not_installed', 'no webhook exists', requesting, { webhooks: [] }],
    [
      'not_installed',
      'only the webhook of another project exists',
      requesting,
      only({ name: 'x.example.com', rules: [] }),
    ],
    ['unreachable', 'the webhook was called and its failure ignored', requesting, {}],
    [
      'unknown',
      'the webhook was called with failurePolicy Fail',
      requesting,
      only(webhook('pods.podherald.dev', { failurePolicy: 'Fail' })),
    ],
    [
      'created_before_webhook',
      'the webhook is newer than the pod',
      requesting,
      { webhooks: [webhookConfiguration(undefined, LATER)] },
    ],
    [
      'asked_later',
      'the pod was annotated after its creation',
      livePod('web', { metadata: annotatedAt(LATER) }),
      {},
    ],
    [
      'unreachable',
      'the pod was annotated at its creation',
      livePod('web', { metadata: annotatedAt(CREATED) }),
      {},
    ],
    ['faulty', 'the value is invalid', annotated({ 'inject-metadata': 'yes' }), {}],
    ['not_understood', 'the profile is unknown', annotated({ 'inject-metadata': 'otle' }), {}],
    ['not_understood', 'the key is unknown', annotated({ 'podherald.dev/inject-metadta': '' }), {}],
    [
      'not_understood',
      'one of two profiles is unknown and the other injected',
      injected(annotated({ 'inject-metadata': 'default,otle' })),
      {},
    ],
    [
      'not_understood',
      'the value is invalid, and the config only warns',
      annotated({ 'inject-metadata': 'yes' }),
      { rules: { onInvalid: 'warn' } },
    ],
    [
      'namespace_not_understood',
      'the namespace names an unknown profile',
      silent,
      withDefaults({ 'inject-metadata': 'otle' }),
    ],
    [
      'not_granted',
      'the pod uses hostNetwork',
      injected(annotated(AMBASSADOR, { hostNetwork: true })),
      {},
    ],
    [
      'not_granted',
      'the pod is for Windows',
      injected(annotated(AMBASSADOR, { os: { name: 'windows' } })),
      {},
    ],
    [
      'not_granted',
      'both names of the ambassador are taken',
      injected(
        annotated(AMBASSADOR, {
          containers: [{ name: 'ambassador' }, { name: 'podherald-ambassador' }],
        }),
      ),
      {},
    ],
    [
      'not_granted',
      'the annotations leave no room for a kubeconfig',
      injected(
        annotated({
          ...AMBASSADOR,
          'podherald.dev/ambassador-kubeconfig': 'true',
          'example.com/all-there-is': 'x'.repeat(262_000),
        }),
      ),
      {},
    ],
    [
      'unreachable',
      'the pod is annotated in a namespace without the label of the scope',
      requesting,
      { webhooks: [LABELLED_SCOPE] },
    ],
    [
      'namespace_not_labelled',
      'only the namespace is annotated, and has no label of the scope',
      silent,
      { webhooks: [LABELLED_SCOPE], ...withDefaults({ 'inject-metadata': 'true' }) },
    ],
    [
      'unreachable',
      'only the namespace is annotated, without a scope',
      silent,
      withDefaults({ 'inject-metadata': 'true' }),
    ],
    [
      'asked_later',
      'the namespace was annotated after the creation of the pod',
      silent,
      withDefaults({ 'inject-metadata': 'true' }, annotatedAt(LATER)),
    ],
    [
      'namespace_excluded',
      'the webhook excludes the name of the namespace',
      requesting,
      only(
        webhook('pods.podherald.dev', {}, [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['shop'] },
        ]),
      ),
    ],
    [
      'namespace_excluded',
      'the webhook requires another label of the namespace',
      requesting,
      only(webhook('pods.podherald.dev', { namespaceSelector: { matchLabels: { team: 'a' } } })),
    ],
    [
      'pod_not_selected',
      'the objectSelector does not match',
      requesting,
      only(webhook('pods.podherald.dev', { objectSelector: { matchLabels: { a: 'b' } } })),
    ],
    [
      'rules_exclude',
      'the rules include no creation of pods',
      requesting,
      only(webhook('pods.podherald.dev', { rules: [{ operations: ['UPDATE'] }] })),
    ],
    [
      'container_added_later',
      'the last container was added after the injection',
      withContainer(injected(requesting)),
      {},
    ],
    [
      'container_added_later',
      'the first container was added after the injection',
      withContainer(injected(requesting), 0),
      {},
    ],
    ['older_injection', 'a variable of today is missing', asOlder(injected(requesting)), {}],
  ])('names the reason %s if %s', (code, _, pod, changes) => {
    expect(missingIn(pod, changes)).toMatchObject({ because: { code } });
  });

  it.each<[string, object]>([
    ['requests nothing', silent],
    ['opts out', annotated({ 'inject-metadata': 'false' })],
    [
      'is a mirror pod',
      annotated({ 'inject-metadata': 'true', 'kubernetes.io/config.mirror': 'x' }),
    ],
    ['has everything that it requests', injected(requesting)],
  ])('reports nothing for a pod that %s', (_, pod) => {
    expect(missingIn(pod)).toEqual({ notApplicable: [] });
  });

  it('reports a pod on which podherald fails', () => {
    const mutation = errored(finding('patch_not_proven', {}), new Error('not proven'));

    expect(findMissing(requesting as JsonObject, mutation, stateOf({}))).toMatchObject({
      because: { code: 'podherald_fails', findings: ['patch_not_proven'] },
    });
  });

  it.each([
    ['host_network', { hostNetwork: true }],
    ['automount_disabled', {}],
  ])('does not count a default that a pod cannot have as missing: %s', (reason, spec) => {
    const changes = withDefaults(AMBASSADOR);

    expect(missingIn(annotated({}, spec), changes)).toEqual({ notApplicable: [reason] });
  });

  it('counts it as missing if the pod requests it as well', () => {
    const pod = annotated(AMBASSADOR, { hostNetwork: true });

    expect(missingIn(pod, withDefaults(AMBASSADOR))).toMatchObject({
      because: { code: 'not_granted', findings: ['host_network'] },
      notApplicable: [],
    });
  });

  it('does not know the reason if it depends on an unreadable namespace', () => {
    const entry = webhook('x.podherald.dev', { namespaceSelector: { matchLabels: { team: 'a' } } });
    const namespaceObject = { unreadable: 'forbidden' };
    const state = { ...stateOf(only(entry)), namespaceObject };
    const mutation = mutate(requesting, state.namespace, state.rules);

    expect(findMissing(requesting as JsonObject, mutation, state)).toMatchObject({
      because: { code: 'not_told', slots: { why: 'forbidden' } },
    });
  });
});

/** The pod as an older podherald would have injected it. */
function asOlder(pod: object): object {
  return JSON.parse(JSON.stringify(pod).replaceAll('POD_IP', 'POD_ADDRESS'));
}

function withContainer(pod: object, index = 1): object {
  const { spec } = pod as { spec: { containers: object[] } };
  return {
    ...pod,
    spec: { ...spec, containers: spec.containers.toSpliced(index, 0, { name: 'mesh' }) },
  };
}
