import { describe, expect, it } from 'vitest';
import { injected } from '../support/cluster-state.ts';
import { fakeObjects } from '../support/fake-objects.ts';
import {
  CREATED,
  cluster,
  configMap,
  controlled,
  livePod,
  namespaceObject,
  POLICIES,
  POLICY,
  WEBHOOKS,
} from '../support/live-objects.ts';
import { podherald, runCommand } from '../support/run-command.ts';

async function audit(objects: Record<string, unknown>, ...args: readonly string[]) {
  const fake = await fakeObjects(objects);
  return runCommand(['audit', ...args], fake.kubeconfig);
}

/** The JSON output about all namespaces, and the exit code. */
async function audited(objects: Record<string, unknown>) {
  const { stdout, stderr, code } = await audit(objects, '-A', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
}

const CONFIG_MAP = '/api/v1/namespaces/podherald/configmaps/podherald';
const AMBASSADOR = { 'inject-ambassador': 'true' };

const requesting = livePod('web');
const silent = livePod('web', { annotations: {} });

function annotated(annotations: Record<string, string>): object {
  return livePod('web', { annotations });
}

describe('audit', () => {
  it('exits with 0 if nothing is missing', async () => {
    const silent = livePod('silent', { annotations: {} });
    const { code, stdout, stderr } = await audit(cluster([injected(livePod('web')), silent]), '-A');

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('2 pods checked; nothing is missing');
  });

  it('groups pods by owner, and gives the command that fixes each group', async () => {
    const of = (name: string, kind: string, owner: string, labels = {}) =>
      livePod(name, { metadata: controlled(kind, owner, labels) });
    const hash = { 'pod-template-hash': '6d4cf' };
    const { code, stdout, stderr } = await audit(
      cluster(
        [
          of('web-1', 'ReplicaSet', 'web-6d4cf', hash),
          of('web-2', 'ReplicaSet', 'web-6d4cf', hash),
          of('db-0', 'StatefulSet', 'db'),
          of('log-x', 'DaemonSet', 'log'),
          of('rs-1', 'ReplicaSet', 'rs'),
          of('nightly-1-x', 'Job', 'nightly-1'),
          of('once-x', 'Job', 'once'),
          livePod('bare'),
        ],
        {
          '/apis/batch/v1/namespaces/shop/jobs/nightly-1': {
            metadata: controlled('CronJob', 'nightly'),
          },
        },
      ),
      '-n',
      'shop',
    );

    expect(code).toBe(1);
    expect(stderr).toContain('8 of 8 pods are missing their injection');
    expect(stdout.match(/^\S.*|^ {4}.*/gm)).toEqual([
      'CronJob shop/nightly: 1 pod missing its injection (unreachable)',
      'DaemonSet shop/log: 1 pod missing its injection (unreachable)',
      '    kubectl rollout restart daemonset/log -n shop',
      'Deployment shop/web: 2 pods missing their injection (unreachable)',
      '    kubectl rollout restart deployment/web -n shop',
      'Job shop/once: 1 pod missing its injection (unreachable)',
      'Pod shop/bare: missing its injection (unreachable)',
      '    kubectl get pod/bare -n shop -o yaml | kubectl replace --force -f -',
      'ReplicaSet shop/rs: 1 pod missing its injection (unreachable)',
      '    kubectl delete -n shop pod/rs-1',
      'StatefulSet shop/db: 1 pod missing its injection (unreachable)',
      '    kubectl rollout restart statefulset/db -n shop',
    ]);
  });

  it.each<[string, string, object, Record<string, unknown>]>([
    ['the webhooks', 'not_installed', requesting, { [WEBHOOKS]: [] }],
    ['the policies', 'policy_only', requesting, { [WEBHOOKS]: [], [POLICIES]: [POLICY] }],
    [
      'the policies of other projects',
      'not_installed',
      requesting,
      { [WEBHOOKS]: [], [POLICIES]: [{ ...POLICY, spec: {} }] },
    ],
    [
      'the installed config',
      'not_understood',
      annotated({ 'inject-metadata': 'yes' }),
      { [CONFIG_MAP]: configMap('onInvalid: warn\n') },
    ],
    [
      'the profiles of the installed config',
      'older_injection',
      asOlder(injected(requesting)),
      {
        [CONFIG_MAP]: configMap(
          'profiles: {default: {env: {POD_NAME: metadata.name, MORE: metadata.uid}}}\n',
        ),
      },
    ],
    [
      'the version of the API server',
      'not_granted',
      annotated(AMBASSADOR),
      { '/version': { gitVersion: 'v1.28.3' } },
    ],
    [
      'the defaults of namespaces',
      'namespace_not_understood',
      silent,
      {
        '/api/v1/namespaces': [
          namespaceObject('shop', { annotations: { 'inject-metadata': 'otle' } }),
        ],
      },
    ],
  ])('reads %s to find the reason: %s', async (_, reason, pod, more) => {
    const { code, missing } = await audited(cluster([pod], more));

    expect(code).toBe(1);
    expect(missing).toMatchObject([{ reason, pods: ['web'], namespace: 'shop' }]);
  });

  it.each<[string, object, Record<string, unknown>]>([
    [
      'is in a namespace that the config exempts',
      requesting,
      { [CONFIG_MAP]: configMap('exempt: {namespaces: [shop]}\n') },
    ],
    [
      'has defaults, and the config does not use defaults of namespaces',
      silent,
      {
        '/api/v1/namespaces': [
          namespaceObject('shop', { annotations: { 'inject-metadata': 'true' } }),
        ],
        [CONFIG_MAP]: configMap('namespaces: {annotations: false}\n'),
      },
    ],
  ])('does not list a pod that %s', async (_, pod, more) => {
    expect(await audited(cluster([pod], more))).toMatchObject({ code: 0, missing: [] });
  });

  it.each([
    ['host_network', { hostNetwork: true }],
    ['automount_disabled', {}],
  ])('does not treat a default that a pod cannot have as an error: %s', async (reason, spec) => {
    const defaults = namespaceObject('shop', { annotations: AMBASSADOR });
    const { code, stderr, stdout } = await audit(
      cluster([livePod('web', { annotations: {}, spec })], { '/api/v1/namespaces': [defaults] }),
      '-A',
      '-o',
      'json',
    );

    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      missing: [],
      notApplicable: { [reason]: 1 },
    });
    expect(stderr).toContain(
      `namespace defaults cannot be applied to 1 pod (${reason}); this is not an error`,
    );
  });

  it('ignores pods that are being deleted', async () => {
    const leaving = livePod('web', { metadata: { deletionTimestamp: CREATED } });

    expect(await audited(cluster([leaving]))).toMatchObject({ code: 0, pods: 0 });
  });

  it('lists workloads whose pods podherald denies, although they have no pods', async () => {
    const workload = (name: string, annotations: object, metadata = {}) => ({
      metadata: { name, namespace: 'shop', ...metadata },
      spec: { template: { metadata: { annotations }, spec: { containers: [{ name: 'app' }] } } },
    });
    const objects = cluster([], {
      '/apis/apps/v1/deployments': [
        workload('denied', { 'inject-metadata': 'yes', 'podherald.dev/ambassador-port': 'x' }),
        workload('good', { 'inject-metadata': 'true' }),
        workload('misspelt', { inject_metadata: 'true' }),
      ],
      '/apis/apps/v1/replicasets': [
        workload('denied-1', { 'inject-metadata': 'yes' }, controlled('Deployment', 'denied')),
      ],
      '/apis/batch/v1/jobs': [workload('once', { 'inject-metadata': 'yes' })],
    });
    const { code, stdout, stderr } = await audit(objects, '-A');
    const { templates } = await audited(objects);

    expect(code).toBe(1);
    expect(stderr).toContain('3 workloads with invalid annotations on the pod template');
    expect(stdout.match(/^\S.*|^ {4}.*/gm)).toEqual([
      'Deployment shop/denied: podherald denies all its pods',
      '    kubectl edit deployment/denied -n shop',
      'Deployment shop/misspelt: some annotations of its pod template have no effect',
      '    kubectl edit deployment/misspelt -n shop',
      'Job shop/once: podherald denies all its pods',
    ]);
    expect(templates[0]).toMatchObject({
      namespace: 'shop',
      owner: { kind: 'Deployment', name: 'denied' },
      isDenied: true,
      messages: [
        expect.stringContaining('inject-metadata: invalid value "yes"'),
        expect.stringContaining('ambassador-port'),
      ],
    });
  });

  it('lists workloads with misplaced annotations, and the command that moves them', async () => {
    const template = { spec: { containers: [{ name: 'app' }] } };
    const metadata = {
      name: 'web',
      namespace: 'shop',
      annotations: { 'podherald.dev/inject-metadata': "it's", 'inject-ambassador': 'true' },
    };
    const { code, misplaced } = await audited(
      cluster([], {
        '/apis/apps/v1/deployments': [{ metadata, spec: { template } }],
        '/apis/apps/v1/replicasets': [
          { metadata, spec: { template } },
          { metadata: { ...metadata, ...controlled('Deployment', 'web') }, spec: { template } },
        ],
        '/apis/batch/v1/cronjobs': [{ metadata, spec: { jobTemplate: { spec: { template } } } }],
        '/apis/batch/v1/jobs': [
          { metadata: { ...metadata, ...controlled('CronJob', 'web') }, spec: { template } },
        ],
      }),
    );
    const quoted = `"podherald.dev/inject-metadata":"it'\\''s","inject-ambassador":"true"`;
    const gone = `{"podherald.dev/inject-metadata":null,"inject-ambassador":null}`;

    expect(code).toBe(1);
    expect(misplaced.map(({ owner }: { owner: { kind: string } }) => owner.kind)).toEqual([
      'CronJob',
      'Deployment',
      'ReplicaSet',
    ]);
    expect(misplaced[1].remedy.commands).toEqual([
      `kubectl patch deployment/web -n shop --type merge -p '{"metadata":{"annotations":${gone}},"spec":{"template":{"metadata":{"annotations":{${quoted}}}}}}'`,
    ]);
  });

  it('says how to configure a cluster if there is none', async () => {
    const { code, stderr } = await podherald(['audit']);

    expect(code).toBe(1);
    expect(stderr).toContain('KUBECONFIG');
  });
});

/** The pod as an older podherald would have injected it. */
function asOlder(pod: object): object {
  return JSON.parse(JSON.stringify(pod).replaceAll('POD_IP', 'POD_ADDRESS'));
}
