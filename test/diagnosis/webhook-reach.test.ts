import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/api/json.ts';
import type { ClusterState } from '../../src/diagnosis/cluster-state.ts';
import { webhookReach } from '../../src/diagnosis/webhook-reach.ts';
import { stateOf } from '../support/cluster-state.ts';
import { LABELLED_SCOPE, livePod, webhook, webhookConfiguration } from '../support/live-objects.ts';

const POD = livePod('web') as JsonObject;

function stateFor(configuration: object, changes: Partial<ClusterState> = {}): ClusterState {
  return { ...stateOf({ webhooks: [configuration] }), ...changes };
}

const UNREADABLE = { unreadable: 'forbidden' };

describe('webhookReach', () => {
  it('finds the webhook that is called', () => {
    expect(webhookReach(POD, stateFor(webhookConfiguration()))).toMatchObject({
      called: true,
      webhook: { name: 'pods.podherald.dev', configuration: 'podherald', failurePolicy: 'Ignore' },
      unknownConditions: [],
    });
  });

  it('names matchConditions that it cannot evaluate', () => {
    const matchConditions = [{ name: 'not-a-mirror-pod' }, { name: 'of-the-operator' }];
    const entry = webhook('pods.podherald.dev', { matchConditions });

    expect(webhookReach(POD, stateFor(webhookConfiguration([entry])))).toMatchObject({
      called: true,
      unknownConditions: ['of-the-operator'],
    });
  });

  it('reports the namespace if one webhook excludes it and the other the pod', () => {
    const silent = livePod('web', { annotations: {} }) as JsonObject;

    expect(webhookReach(silent, stateFor(LABELLED_SCOPE))).toMatchObject({
      called: false,
      because: { code: 'namespace_not_labelled' },
    });
  });

  it('names the policy that injects instead of a webhook', () => {
    const policy = { name: 'injects', created: '2030-01-01T00:00:00Z' };

    expect(webhookReach(POD, stateFor({ webhooks: [] }, { policy }))).toMatchObject({
      called: false,
      because: { code: 'policy_only', slots: { policy: 'injects' } },
      policy,
    });
  });

  it('is unknown if the webhooks are unreadable', () => {
    const state = stateFor(webhookConfiguration(), { webhooks: UNREADABLE });

    expect(webhookReach(POD, state)).toEqual(UNREADABLE);
  });

  it('needs no readable namespace if the webhooks select namespaces by name', () => {
    const state = stateFor(webhookConfiguration(), { namespaceObject: UNREADABLE });

    expect(webhookReach(POD, state)).toMatchObject({ called: true });
  });

  it('is unknown if a webhook selects namespaces by a label that is unreadable', () => {
    const state = stateFor(LABELLED_SCOPE, { namespaceObject: UNREADABLE });

    expect(webhookReach(POD, state)).toEqual(UNREADABLE);
  });
});
