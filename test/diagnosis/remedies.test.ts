import { describe, expect, it } from 'vitest';
import { missingReason } from '../../src/diagnosis/missing-reasons.ts';
import { remedyFor } from '../../src/diagnosis/remedies.ts';

const UNREACHABLE = missingReason('unreachable', {});
const FAULTY = missingReason('faulty', { what: 'inject-metadata: invalid value' });

function ofPodsOf(kind: string, reason = UNREACHABLE) {
  return remedyFor(reason, { kind, name: 'web' }, 'shop', ['web-1', 'web-2']);
}

describe('remedyFor', () => {
  it.each([
    ['Deployment', ['kubectl rollout restart deployment/web -n shop'], undefined],
    ['StatefulSet', ['kubectl rollout restart statefulset/web -n shop'], undefined],
    ['DaemonSet', ['kubectl rollout restart daemonset/web -n shop'], undefined],
    [
      'ReplicaSet',
      ['kubectl delete -n shop pod/web-1 pod/web-2'],
      'ReplicaSet web re-creates the deleted pods',
    ],
    ['Pod', ['kubectl get pod/web -n shop -o yaml | kubectl replace --force -f -'], undefined],
    ['CronJob', [], 'wait for the next Job of the CronJob: its pods will be injected'],
    ['Job', [], 'the pod template of a Job cannot be changed: delete the Job and create it again'],
  ])('re-creates the pods of a %s', (kind, commands, advice) => {
    expect(ofPodsOf(kind)).toEqual({ commands, ...(advice && { advice }) });
  });

  it('has invalid annotations corrected first', () => {
    expect(ofPodsOf('Deployment', FAULTY).commands).toEqual([
      'kubectl edit deployment/web -n shop',
      'kubectl rollout restart deployment/web -n shop',
    ]);
  });

  it('has a Job with invalid annotations created again, because nobody can edit its template', () => {
    expect(ofPodsOf('Job', FAULTY)).toEqual({
      commands: [],
      advice: 'the pod template of a Job cannot be changed: delete the Job and create it again',
    });
  });

  it('has a namespace labelled if the webhook requires it', () => {
    const reason = missingReason('namespace_not_labelled', { namespace: 'shop', label: 'a=b' });

    expect(ofPodsOf('Deployment', reason).commands).toEqual([
      'kubectl label namespace shop podherald.dev/inject=enabled',
      'kubectl rollout restart deployment/web -n shop',
    ]);
  });

  it('says what lets a pod have what it requests', () => {
    const reason = missingReason('not_granted', { what: 'no ambassador' });

    expect(ofPodsOf('Deployment', { ...reason, findings: ['host_network'] })).toEqual({
      commands: [],
      advice: 'remove hostNetwork from the pod, or remove inject-ambassador',
    });
  });

  it.each([
    missingReason('namespace_excluded', { namespace: 'shop', requirement: 'team in (a)' }),
    missingReason('mirror_pod', {}),
    missingReason('podherald_fails', { what: 'x' }),
  ])('gives only advice if a new pod does not help: $code', (reason) => {
    expect(ofPodsOf('Deployment', reason)).toMatchObject({
      commands: [],
      advice: expect.any(String),
    });
  });
});
