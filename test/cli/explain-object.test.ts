import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { injected } from '../support/cluster-state.ts';
import { DEPLOYMENT } from '../support/explain-file.ts';
import { fakeObjects, status } from '../support/fake-objects.ts';
import {
  cluster,
  configMap,
  controlled,
  LABELLED_SCOPE,
  livePod,
  namespaceObject,
  POLICIES,
  POLICY,
  WEBHOOKS,
} from '../support/live-objects.ts';
import { runCommand } from '../support/run-command.ts';

describe('explain of an object of the cluster', () => {
  async function explainPod(pod: object, more: Record<string, unknown> = {}) {
    const fake = await fakeObjects(cluster([pod], more));
    const args = ['explain', 'pod/web', '-n', 'shop'];
    const text = await runCommand(args, fake.kubeconfig);
    const { stdout } = await runCommand([...args, '-o', 'json'], fake.kubeconfig);
    return { text: text.stdout, ...JSON.parse(stdout).objects[0] };
  }

  it('shows what is injected into a pod, and its status annotation', async () => {
    const { text, live, present, missing } = await explainPod(injected(livePod('web')));

    expect(text).toContain('Pod shop/web: injected; nothing is missing\n');
    expect(live).toMatchObject({ complete: true, status: { version: '0' } });
    expect(missing).toEqual([]);
    expect(present).toContainEqual({ container: 'app', kind: 'files', names: ['/etc/downward'] });
    expect(present).toContainEqual({ kind: 'volume', names: ['downward'] });
  });

  it('shows what a pod is missing, and why', async () => {
    const { text, live } = await explainPod(livePod('web'));

    expect(text).toContain('Pod shop/web: missing its injection\n');
    expect(text).toMatch(/likely reason +podherald was probably unavailable when the pod/);
    expect(live).toMatchObject({ complete: false, reason: 'unreachable' });
  });

  it('says that a policy injects instead of the webhook, also if nothing is missing', async () => {
    const { metadata } = livePod('web'); // a policy writes no status annotation
    const pod = { ...injected(livePod('web')), metadata };
    const policies = { [WEBHOOKS]: [], [POLICIES]: [POLICY] };
    const { text, live, webhook, missing, outdated } = await explainPod(pod, policies);

    expect(text).toContain('Pod shop/web: injected; nothing is missing\n');
    expect(text).toMatch(/policy +MutatingAdmissionPolicy injects injects instead of the webhook/);
    expect(text).not.toContain('not called');
    expect(live).toEqual({ complete: true });
    expect(webhook).toMatchObject({ called: false, policy: 'injects' });
    expect({ missing, outdated }).toEqual({ missing: [], outdated: [] });
  });

  it('does not take a pod for injected because of its status annotation', async () => {
    const annotations = { 'podherald.dev/status': '{"notInjected":[]}' };
    const { text } = await explainPod(livePod('web', { annotations }));

    expect(text).toContain('Pod shop/web: would not be injected\n');
  });

  it('shows nothing both as present and as missing', async () => {
    const pod = injected(livePod('web'));
    pod.spec.containers.push({ name: 'late', image: 'late' });
    const { text, present, missing, outdated } = await explainPod(pod);

    expect(outdated).toEqual([{ kind: 'annotation', names: ['podherald.dev/status'] }]);
    expect(text).toMatch(/\(pod\) +outdated +1 annotation: podherald.dev\/status/);
    expect(JSON.stringify([present, missing])).not.toContain('podherald.dev/status');
  });

  it('says that a pod is missing a part, or cannot have all defaults of its namespace', async () => {
    const annotations = { 'inject-metadata': 'true', 'inject-ambassador': 'true' };
    const spec = { hostNetwork: true };
    const own = await explainPod(injected(livePod('web', { annotations, spec })));
    const defaults = namespaceObject('shop', { annotations });
    const silent = injected(livePod('web', { annotations: { 'inject-metadata': 'true' }, spec }));
    const byDefault = await explainPod(silent, { '/api/v1/namespaces/shop': defaults });

    expect(own.text).toContain('Pod shop/web: missing part of its injection\n');
    expect(own.live).toMatchObject({ complete: false, reason: 'not_granted' });
    expect(byDefault.text).toContain(
      'injected, but some defaults of its namespace cannot be applied\n',
    );
    expect(byDefault.live).toMatchObject({ complete: true, notApplicable: ['host_network'] });
  });

  it('says that the defaults of a namespace without the label of the scope have no effect', async () => {
    const { text } = await explainPod(livePod('web', { annotations: {} }), {
      [WEBHOOKS]: [LABELLED_SCOPE],
      '/api/v1/namespaces/shop': namespaceObject('shop', {
        annotations: { 'inject-metadata': 'true' },
      }),
    });

    expect(text).toMatch(/webhook +not called: namespace shop does not have the label/);
  });

  it.each<[string, object, Record<string, unknown>, RegExp]>([
    [
      'a mirror pod',
      livePod('web', {
        annotations: { 'inject-metadata': 'true', 'kubernetes.io/config.mirror': 'x' },
      }),
      {},
      /webhook +not called: the mirror pod of a static pod is never changed/,
    ],
    [
      'a pod in an exempt namespace',
      livePod('web'),
      {
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'exempt:\n  namespaces: [shop]\n',
        ),
      },
      /cause: exempt\.namespaces of the config \(ConfigMap podherald\/podherald:4\)/,
    ],
    [
      'a pod that requests nothing',
      livePod('web', { annotations: {} }),
      {},
      /cause: neither the pod nor namespace shop has a valid annotation/,
    ],
  ])('explains why nothing is injected into %s', async (_, pod, more, sentence) => {
    const { text, live } = await explainPod(pod, more);

    expect(text).toContain('would not be injected');
    expect(text).toMatch(sentence);
    expect(live).toMatchObject({ complete: true });
  });

  const REPLICA_SET = '/apis/apps/v1/namespaces/shop/replicasets/web-6d4cf';
  const ofReplicaSet = livePod('web', {
    annotations: {},
    metadata: controlled('ReplicaSet', 'web-6d4cf'),
  });

  const DEPLOYMENT_KIND = { apiVersion: 'apps/v1', kind: 'Deployment' };

  it('reports a misplaced annotation on the Deployment of a pod', async () => {
    const metadata = { name: 'web', namespace: 'shop', annotations: { 'inject-metadata': 'true' } };
    const { text, misplaced } = await explainPod(ofReplicaSet, {
      [REPLICA_SET]: { metadata: controlled('Deployment', 'web') },
      '/apis/apps/v1/namespaces/shop/deployments/web': { ...DEPLOYMENT_KIND, metadata },
    });

    expect(text).toMatch(
      /misplaced +inject-metadata on Deployment web: no effect on its pods; set it on/,
    );
    expect(misplaced).toMatchObject({ owner: { kind: 'Deployment', name: 'web' } });
  });

  it('finds the Deployment of a pod without reading its ReplicaSet', async () => {
    const labels = { 'pod-template-hash': '6d4cf' };
    const metadata = controlled('ReplicaSet', 'web-6d4cf', labels);
    const { misplaced } = await explainPod(livePod('web', { annotations: {}, metadata }), {
      '/apis/apps/v1/namespaces/shop/deployments/web': {
        ...DEPLOYMENT_KIND,
        metadata: { name: 'web', annotations: { 'inject-metadata': 'true' } },
      },
    });

    expect(misplaced).toMatchObject({ owner: { kind: 'Deployment', name: 'web' } });
  });

  it('says that the owner of a pod is unreadable, and explains the rest', async () => {
    const fake = await fakeObjects(cluster([ofReplicaSet]));
    fake.scripted.set(REPLICA_SET, [status(403, 'no replicasets for you')]);
    const args = ['explain', 'pod/web', '-n', 'shop'];
    const { code, stdout } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stdout).toMatch(/owner +unreadable: .*403 to GET .*web-6d4cf/);
  });

  it('explains a workload of the cluster', async () => {
    const path = '/apis/apps/v1/namespaces/shop/deployments/web';
    const fake = await fakeObjects(cluster([], { [path]: parse(DEPLOYMENT) }));
    const args = ['explain', 'deploy/web', '-n', 'shop'];
    const { stdout } = await runCommand(args, fake.kubeconfig);

    expect(stdout).toContain('Deployment shop/web: would be injected\n');
    expect(stdout).toMatch(/\(pod\) +added +1 container: ambassador/);
  });

  it('reports objects that do not exist, and unsupported kinds', async () => {
    const fake = await fakeObjects(cluster([]));
    const missing = await runCommand(['explain', 'pod/nope', '-n', 'shop'], fake.kubeconfig);
    const typo = await runCommand(['explain', 'pod/web', '-n', 'shpo'], fake.kubeconfig);
    const kind = await runCommand(['explain', 'pof/web'], fake.kubeconfig);
    const both = await runCommand(['explain', 'pod/web', '-f', 'x'], fake.kubeconfig);

    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('Pod nope does not exist in namespace shop');
    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toContain('namespace shpo does not exist');
    expect(kind.stderr).toContain('The kinds are: pod, ');
    expect(both.stderr).toContain('either one object, such as pod/web, or manifests');
  });
});
