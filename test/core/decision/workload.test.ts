import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/api/json.ts';
import { workloadOf } from '../../../src/core/decision/workload.ts';

function podOf(owner: Json, labels: Record<string, string> = {}) {
  return { metadata: { labels, ownerReferences: [owner] }, spec: { containers: [] } };
}

function ownedBy(apiVersion: string, kind: string, name: string, labels = {}) {
  return workloadOf(podOf({ apiVersion, kind, name, controller: true }, labels));
}

describe('workloadOf()', () => {
  const hash = { 'pod-template-hash': '5d89b' };

  it.each([
    ['apps/v1', 'ReplicaSet', 'web-5d89b', hash, 'Deployment', 'web'],
    [
      'apps/v1',
      'ReplicaSet',
      'web-5d89b',
      { 'rollouts-pod-template-hash': '5d89b' },
      'Rollout',
      'web',
    ],
    ['apps/v1', 'ReplicaSet', 'web-5d89b', {}, 'ReplicaSet', 'web-5d89b'],
    ['apps/v1', 'ReplicaSet', 'web', hash, 'ReplicaSet', 'web'],
    ['apps/v1', 'ReplicaSet', '-5d89b', hash, 'ReplicaSet', '-5d89b'],
    ['apps/v1', 'ReplicaSet', 'web-', { 'pod-template-hash': '' }, 'ReplicaSet', 'web-'],
    ['example.com/v1', 'ReplicaSet', 'web-5d89b', hash, 'ReplicaSet', 'web-5d89b'],
    ['batch/v1', 'Job', 'backup-29735040', {}, 'CronJob', 'backup'],
    ['batch/v1', 'Job', 'backup-20260131', {}, 'Job', 'backup-20260131'],
    ['batch/v1', 'Job', 'backup-129735040', {}, 'Job', 'backup-129735040'],
    ['batch/v1', 'Job', '-29735040', {}, 'Job', '-29735040'],
    ['batch.example.com/v1', 'Job', 'backup-29735040', {}, 'Job', 'backup-29735040'],
    ['apps/v1', 'StatefulSet', 'db', {}, 'StatefulSet', 'db'],
    ['example.com/v1', 'Thing', 'constructor', {}, 'Thing', 'constructor'],
  ])('a pod of %s %s %s with labels %j belongs to %s %s', (...row) => {
    const [apiVersion, kind, name, labels, workload, workloadName] = row;
    expect(ownedBy(apiVersion, kind, name, labels)).toMatchObject({
      kind: workload,
      name: workloadName,
    });
  });

  it.each([
    [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web' }],
    [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: false }],
    [{ apiVersion: 'apps/v1', kind: 1, name: 'web', controller: true }],
    [null],
  ])('a pod with the owner %j and no controller is its own workload', (owner) => {
    expect(workloadOf(podOf(owner))).toEqual({ kind: 'Pod', group: '' });
  });

  it('of a manifest is the workload that has the pod template', () => {
    const pod = { spec: { containers: [] } };
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    expect(workloadOf(pod, owner)).toEqual({ kind: 'Deployment', group: 'apps', name: 'web' });
    expect(workloadOf(pod, { apiVersion: 'v1', kind: 'PodTemplate', name: 'web' })).toEqual({});
  });
});
