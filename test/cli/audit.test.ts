import { describe, expect, it } from 'vitest';
import { mutate } from '../../src/core/admission/mutate.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { applyOperations } from '../../src/manifests/edit-json.ts';
import { fakeObjects, status } from '../support/fake-objects.ts';
import {
  CREATED,
  cluster,
  configMap,
  controlled,
  LABELLED_SCOPE,
  livePod,
  namespaceObject,
  PODS,
  WEBHOOKS,
  webhook,
  webhookConfiguration,
} from '../support/live-objects.ts';
import { podherald, runCommand } from '../support/run-command.ts';

async function audit(objects: Record<string, unknown>, ...args: readonly string[]) {
  const fake = await fakeObjects(objects);
  const ended = await runCommand(['audit', ...args], fake.kubeconfig);
  return { ...ended, fake };
}

/** What is missing, as `-o json` tells it. */
async function missing(objects: Record<string, unknown>) {
  const { stdout, stderr, code } = await audit(objects, '-A', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
}

function injected(pod: object): object {
  return applyOperations(pod, mutate(pod, { name: 'shop' }, defaultRules('0')).operations);
}

const CONFIG_MAP = '/api/v1/namespaces/podherald/configmaps/podherald';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';
const AMBASSADOR = { 'inject-ambassador': 'true' };

function wishing(annotations: Record<string, string>, spec = {}): object {
  return livePod('web', { annotations, spec });
}

describe('audit', () => {
  it('exits with 0 where every pod has what it asks for', async () => {
    const silent = livePod('silent', { annotations: {} });
    const { code, stdout, stderr } = await audit(cluster([injected(livePod('web')), silent]), '-A');

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('2 pods, and none lacks what it asks for');
  });

  it('groups pods by owner, and names the command that mends it', async () => {
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
    expect(stderr).toContain('8 of 8 pods lack what they ask for');
    expect(stdout.match(/^\S.*|^ {4}.*/gm)).toEqual([
      'CronJob shop/nightly: 1 pod (unreachable)',
      'DaemonSet shop/log: 1 pod (unreachable)',
      '    kubectl rollout restart daemonset/log -n shop',
      'Deployment shop/web: 2 pods (unreachable)',
      '    kubectl rollout restart deployment/web -n shop',
      'Job shop/once: 1 pod (unreachable)',
      'Pod shop/bare: (unreachable)',
      '    kubectl get pod/bare -n shop -o yaml | kubectl replace --force -f -',
      'ReplicaSet shop/rs: 1 pod (unreachable)',
      '    kubectl delete -n shop pod/rs-1',
      'StatefulSet shop/db: 1 pod (unreachable)',
      '    kubectl rollout restart statefulset/db -n shop',
    ]);
  });

  const asking = livePod('web');
  const namespaceAsks = namespaceObject('shop', { annotations: { 'inject-metadata': 'true' } });
  const silent = livePod('web', { annotations: {} });
  const only = (entry: object) => ({ [WEBHOOKS]: [webhookConfiguration([entry])] });
  const fields = (time: string) => ({
    managedFields: [
      {
        manager: 'kubectl-annotate',
        time,
        fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:inject-metadata': {} } } },
      },
    ],
  });
  const policy = {
    metadata: { name: 'injects', creationTimestamp: CREATED },
    spec: { variables: [{ expression: "'podherald-ambassador'" }] },
  };
  const later = '2030-01-03T00:00:00Z';

  it.each<[string, object, Record<string, unknown>]>([
    ['not_installed', asking, { [WEBHOOKS]: [] }],
    ['not_installed', asking, only({ name: 'x.example.com', rules: [] })],
    ['policy_only', asking, { [WEBHOOKS]: [], [POLICIES]: [policy] }],
    ['not_installed', asking, { [WEBHOOKS]: [], [POLICIES]: [{ ...policy, spec: {} }] }],
    ['unreachable', asking, {}],
    ['unknown', asking, only(webhook('pods.podherald.dev', { failurePolicy: 'Fail' }))],
    ['created_before_webhook', asking, { [WEBHOOKS]: [webhookConfiguration(undefined, later)] }],
    ['asked_later', livePod('web', { metadata: fields(later) }), {}],
    ['unreachable', livePod('web', { metadata: fields(CREATED) }), {}],
    ['faulty', livePod('web', { annotations: { 'inject-metadata': 'yes' } }), {}],
    ['not_understood', livePod('web', { annotations: { 'inject-metadata': 'otle' } }), {}],
    ['not_understood', livePod('web', { annotations: { 'podherald.dev/inject-metadta': '' } }), {}],
    ['not_understood', injected(wishing({ 'inject-metadata': 'default,otle' })), {}],
    [
      'not_understood',
      livePod('web', { annotations: { 'inject-metadata': 'yes' } }),
      { [CONFIG_MAP]: configMap('onInvalid: warn\n') },
    ],
    [
      'namespace_not_understood',
      silent,
      {
        '/api/v1/namespaces': [
          namespaceObject('shop', { annotations: { 'inject-metadata': 'otle' } }),
        ],
      },
    ],
    ['not_granted', injected(wishing(AMBASSADOR, { hostNetwork: true })), {}],
    ['not_granted', injected(wishing(AMBASSADOR, { os: { name: 'windows' } })), {}],
    [
      'not_granted',
      injected(
        wishing(AMBASSADOR, {
          containers: [{ name: 'ambassador' }, { name: 'podherald-ambassador' }],
        }),
      ),
      {},
    ],
    ['not_granted', wishing(AMBASSADOR), { '/version': { gitVersion: 'v1.28.3' } }],
    [
      'not_granted',
      injected(
        wishing({
          ...AMBASSADOR,
          'podherald.dev/ambassador-kubeconfig': 'true',
          'example.com/all-there-is': 'x'.repeat(262_000),
        }),
      ),
      {},
    ],
    ['unreachable', asking, { [WEBHOOKS]: [LABELLED_SCOPE] }],
    [
      'namespace_not_labelled',
      silent,
      { [WEBHOOKS]: [LABELLED_SCOPE], '/api/v1/namespaces': [namespaceAsks] },
    ],
    ['unreachable', silent, { '/api/v1/namespaces': [namespaceAsks] }],
    [
      'asked_later',
      silent,
      {
        '/api/v1/namespaces': [
          namespaceObject('shop', {
            annotations: { 'inject-metadata': 'true' },
            ...fields(later),
          }),
        ],
      },
    ],
    [
      'namespace_excluded',
      asking,
      only(
        webhook('pods.podherald.dev', {}, [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['shop'] },
        ]),
      ),
    ],
    [
      'namespace_excluded',
      asking,
      only(webhook('pods.podherald.dev', { namespaceSelector: { matchLabels: { team: 'a' } } })),
    ],
    [
      'pod_not_selected',
      asking,
      only(webhook('pods.podherald.dev', { objectSelector: { matchLabels: { a: 'b' } } })),
    ],
    [
      'rules_exclude',
      asking,
      only(webhook('pods.podherald.dev', { rules: [{ operations: ['UPDATE'] }] })),
    ],
    [
      'older_injection',
      asOlder(injected(asking)),
      {
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'profiles: {default: {env: {POD_NAME: metadata.name, MORE: metadata.uid}}}\n',
        ),
      },
    ],
    [
      'container_added_later',
      withContainer(injected(livePod('web', { spec: { containers: [{ name: 'app' }] } }))),
      {},
    ],
    [
      'container_added_later',
      withContainer(injected(livePod('web', { spec: { containers: [{ name: 'app' }] } })), 0),
      {},
    ],
  ])('names the likely reason: %s', async (reason, pod, more) => {
    const { code, missing: groups } = await missing(cluster([pod], more));

    expect(code).toBe(1);
    expect(groups).toMatchObject([{ reason, pods: ['web'], namespace: 'shop' }]);
  });

  it.each<[string, object, Record<string, unknown>]>([
    ['says false', livePod('web', { annotations: { 'inject-metadata': 'false' } }), {}],
    ['is a mirror pod', mirror(asking), {}],
    [
      'is in a namespace that the config exempts',
      asking,
      {
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'exempt: {namespaces: [shop]}\n',
        ),
      },
    ],
    [
      'asks by a namespace that does not count',
      silent,
      {
        '/api/v1/namespaces': [namespaceAsks],
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'namespaces: {annotations: false}\n',
        ),
      },
    ],
  ])('does not name a pod that %s', async (_, pod, more) => {
    expect(await missing(cluster([pod], more))).toMatchObject({ code: 0, missing: [] });
  });

  it('has a faulty Job made anew, whose template nobody can edit', async () => {
    const metadata = controlled('Job', 'once');
    const faulty = livePod('web', { annotations: { 'inject-metadata': 'yes' }, metadata });
    const { missing: groups } = await missing(cluster([faulty]));

    expect(groups[0].mend).toEqual({
      commands: [],
      advice: 'its template cannot be changed: delete it, and create it anew',
    });
  });

  it('says what would let a pod have what it asks for', async () => {
    const pod = injected(
      wishing({ ...AMBASSADOR, 'inject-metadata': 'true' }, { hostNetwork: true }),
    );
    const { missing: groups } = await missing(cluster([pod]));

    expect(groups[0].message).toContain(
      'it asks for what it cannot have: no ambassador: the pod uses hostNetwork',
    );
    expect(groups[0].mend).toEqual({
      commands: [],
      advice: 'without hostNetwork it would get one; else take inject-ambassador away',
    });
  });

  it.each([
    ['host_network', { hostNetwork: true }],
    ['automount_disabled', {}],
  ])('tells of a default that a pod cannot have, as no fault: %s', async (reason, spec) => {
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
      byDesign: { [reason]: 1 },
    });
    expect(stderr).toContain(`and that is no fault (${reason})`);
  });

  it('leaves out a pod that is being deleted', async () => {
    const leaving = livePod('web', { metadata: { deletionTimestamp: later } });

    expect(await missing(cluster([leaving]))).toMatchObject({ code: 0, pods: 0 });
  });

  it('says of a pod what explain says, also where its namespace cannot be read', async () => {
    const selected = webhook('pods.podherald.dev', {
      namespaceSelector: { matchLabels: { team: 'a' } },
    });
    const fake = await fakeObjects(cluster([asking], only(selected)));
    const run = (...args: string[]) => {
      fake.scripted.set('/api/v1/namespaces/shop', Array(9).fill(status(403, 'you may not')));
      return runCommand([...args, '-n', 'shop', '-o', 'json'], fake.kubeconfig);
    };
    const audited = JSON.parse((await run('audit')).stdout).missing[0];
    const { live } = JSON.parse((await run('explain', 'pod/web')).stdout).objects[0];

    expect(audited).toMatchObject({ reason: 'not_told', message: live.message });
    expect(live).toMatchObject({ missing: true, reason: 'not_told' });
  });

  it('names workloads whose annotation does not reach their pods, and what moves it', async () => {
    const template = { spec: { containers: [{ name: 'app' }] } };
    const metadata = {
      name: 'web',
      namespace: 'shop',
      annotations: { 'podherald.dev/inject-metadata': "it's", 'inject-ambassador': 'true' },
    };
    const { code, misplaced } = await missing(
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
    expect(misplaced[1].mend.commands).toEqual([
      `kubectl patch deployment/web -n shop --type merge -p '{"metadata":{"annotations":${gone}},"spec":{"template":{"metadata":{"annotations":{${quoted}}}}}}'`,
    ]);
  });

  const DEPLOYMENTS = '/apis/apps/v1/deployments';

  function deploymentOf(on: Record<string, string>, inTemplate: Record<string, string> = {}) {
    return {
      metadata: { name: 'web', namespace: 'shop', annotations: on },
      spec: {
        template: {
          metadata: { annotations: inTemplate },
          spec: { containers: [{ name: 'app' }] },
        },
      },
    };
  }

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['all of its keys', { ...AMBASSADOR, 'podherald.dev/ambassador-access': 'full' }, {}],
    ['a second key', AMBASSADOR, { 'inject-metadata': 'true' }],
    ['a key that the template contradicts', AMBASSADOR, { 'inject-ambassador': 'false' }],
  ])('mends with one command %s', async (_, on, inTemplate) => {
    const deployment = deploymentOf(on, inTemplate);
    const { misplaced } = await missing(cluster([], { [DEPLOYMENTS]: [deployment] }));
    const [command] = misplaced[0].mend.commands;
    const patch = JSON.parse(command.slice(command.indexOf("'") + 1, -1));
    const mended = mergePatch(deployment, patch);

    expect(misplaced[0].mend.commands).toHaveLength(1);
    expect(await missing(cluster([], { [DEPLOYMENTS]: [mended] }))).toMatchObject({
      code: 0,
      misplaced: [],
    });
    expect(mended).toMatchObject({
      spec: { template: { metadata: { annotations: { ...on, ...inTemplate } } } },
    });
  });

  it('names a misspelt key on a workload, and leaves it to its author', async () => {
    const { misplaced } = await missing(
      cluster([], { [DEPLOYMENTS]: [deploymentOf({ 'podherald.dev/inject-metadta': 'true' })] }),
    );

    expect(misplaced[0].keys).toMatchObject([
      { unknown: { hint: '; did you mean inject-metadata?' } },
    ]);
    expect(misplaced[0].mend.commands).toEqual(['kubectl edit deployment/web -n shop']);
  });

  it('does not name what stands on the pod template as well', async () => {
    const both = { 'inject-metadata': 'true' };
    const prefixed = { 'podherald.dev/inject-metadata': 'true' };
    const found = await missing(
      cluster([], { [DEPLOYMENTS]: [deploymentOf(both, both), deploymentOf(both, prefixed)] }),
    );

    expect(found).toMatchObject({ code: 0, misplaced: [] });
  });

  it('finds the config where podherald is installed under another name', async () => {
    const { config } = await missing({
      ...cluster([]),
      '/api/v1/namespaces/podherald/configmaps/podherald': undefined,
      '/apis/apps/v1/deployments': [
        { metadata: { namespace: 'platform' }, spec: { template: {} } },
      ],
      '/api/v1/namespaces/platform/configmaps/podherald': configMap('', 'platform'),
    });

    expect(config).toBe('ConfigMap platform/podherald');
  });

  /** An audit of one pod where some paths are forbidden, each as often as it is asked for. */
  async function forbidden(pod: object, ...paths: readonly string[]) {
    const fake = await fakeObjects(cluster([pod]));
    for (const path of paths) fake.scripted.set(path, Array(9).fill(status(403, 'you may not')));
    return { fake, ...(await runCommand(['audit', '-A', '-o', 'json'], fake.kubeconfig)) };
  }

  it.each([
    ['the webhook', [WEBHOOKS]],
    ['a kind of workload', ['/apis/apps/v1/daemonsets']],
    ['its namespace', ['/api/v1/namespaces', '/api/v1/namespaces/shop']],
    ['the installed config', [CONFIG_MAP]],
  ])('is not green where it may not read %s', async (_, paths) => {
    const { code, stdout, stderr } = await forbidden(silent, ...paths);

    expect({ code, gaps: JSON.parse(stdout).gaps.length }).toEqual({ code: 1, gaps: 1 });
    expect(stderr).toMatch(/403 to GET .*: you may not/);
    expect(stderr).toContain('1 pods, and whether any lacks something is not known');
    expect(stderr).not.toContain('none lacks');
  });

  it('tells what lacks something all the same, and that there may be more', async () => {
    const { code, stdout, stderr } = await forbidden(asking, WEBHOOKS, '/api/v1/namespaces');

    expect(code).toBe(1);
    expect(JSON.parse(stdout).missing).toMatchObject([{ reason: 'not_told' }]);
    expect(stderr).toContain('1 of 1 pods lack what they ask for; there may be more');
  });

  it('reads one namespace at a time where it may not list them', async () => {
    const { fake, code, stdout } = await forbidden(silent, '/api/v1/namespaces');

    expect({ code, gaps: JSON.parse(stdout).gaps }).toEqual({ code: 0, gaps: [] });
    expect(fake.requests).toContain('/api/v1/namespaces/shop');
  });

  it('needs no namespace where namespaces do not count', async () => {
    const fake = await fakeObjects(
      cluster([silent], { [CONFIG_MAP]: configMap('namespaces: {annotations: false}\n') }),
    );
    fake.scripted.set('/api/v1/namespaces/shop', Array(9).fill(status(403, 'you may not')));
    const { code } = await runCommand(['audit', '-n', 'shop'], fake.kubeconfig);

    expect(code).toBe(0);
  });

  it('is not green where a namespace has no pods and may not be there', async () => {
    const fake = await fakeObjects(cluster([]));
    fake.scripted.set('/api/v1/namespaces/shop', Array(9).fill(status(403, 'you may not')));
    const { code, stderr } = await runCommand(['audit', '-n', 'shop'], fake.kubeconfig);

    expect(code).toBe(1);
    expect(stderr).toContain('whether there is a namespace shop is not known: ');
  });

  it('names a namespace that there is not', async () => {
    const { code, stdout, stderr } = await audit(cluster([]), '-n', 'shpo');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('there is no namespace shpo');
  });

  it('tells a terminal how far it has come, and clears that in the end', async () => {
    const pods = Array.from({ length: 600 }, (_, index) => livePod(`p${index}`));
    const fake = await fakeObjects(cluster(pods));
    const told: string[] = [];
    const terminal = { progress: (text: string) => void told.push(text) };
    await runCommand(['audit', '-A'], fake.kubeconfig, terminal);

    expect(told.slice(0, 3)).toEqual(['500 of 600 pods', '600 pods', '0 deployments']);
    expect(told.at(-1)).toBe('');
  });

  it('fails where it may not read pods', async () => {
    const fake = await fakeObjects(cluster([]));
    fake.scripted.set(PODS, [status(403, 'pods is forbidden')]);
    const { code, stdout, stderr } = await runCommand(['audit', '-A'], fake.kubeconfig);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('pods is forbidden');
  });

  it.each([
    ['goes on from the token', { continue: '500' }, ['', '500', '500']],
    ['begins again where there is none', {}, ['', '500', '', '500']],
  ])('%s where the list has expired', async (_, metadata, tokens) => {
    const pods = Array.from({ length: 600 }, (_unused, index) => livePod(`p${index}`));
    const fake = await fakeObjects(cluster(pods));
    const expired = status(410, 'too old', metadata);
    fake.scripted.set(PODS, []);
    const answers = fake.scripted.get(PODS);
    // The second request for pods is the one that comes too late.
    const objects = fake.objects;
    objects.set(PODS, {
      length: 600,
      at(index: number) {
        if (index === 499 && answers !== undefined && !objects.has('expired')) {
          objects.set('expired', true);
          answers.push(expired);
        }
        return pods[index];
      },
    });
    const { stdout } = await runCommand(['audit', '-A', '-o', 'json'], fake.kubeconfig);
    const seen = fake.requests.filter((path) => path.startsWith(`${PODS}?`));

    expect(JSON.parse(stdout)).toMatchObject({ pods: 600 });
    expect(JSON.parse(stdout).missing.flatMap((group: { pods: [] }) => group.pods)).toHaveLength(
      600,
    );
    expect(
      seen.map((path) => new URL(path, 'http://x').searchParams.get('continue') ?? ''),
    ).toEqual(tokens);
  });

  it('says how to name a cluster where there is none', async () => {
    const { code, stderr } = await podherald(['audit']);

    expect(code).toBe(1);
    expect(stderr).toContain('KUBECONFIG');
  });
});

/** As podherald injected it when it knew of less. */
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

function mirror(pod: object): object {
  const { metadata } = pod as { metadata: { annotations: object } };
  const annotations = { ...metadata.annotations, 'kubernetes.io/config.mirror': 'x' };
  return { ...pod, metadata: { ...metadata, annotations } };
}

/** RFC 7386, as `kubectl patch --type merge` does it. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null) return patch;
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}
