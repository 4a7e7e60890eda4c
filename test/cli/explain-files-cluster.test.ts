import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEPLOYMENT, file } from '../support/explain-file.ts';
import { fakeObjects, status } from '../support/fake-objects.ts';
import { cluster, configMap, livePod, namespaceObject, WEBHOOKS } from '../support/live-objects.ts';
import { podherald, runCommand } from '../support/run-command.ts';

describe('explain of manifests with a cluster', () => {
  it('uses the installed config, the namespace and the webhook of the cluster', async () => {
    const fake = await fakeObjects(
      cluster([], {
        '/api/v1/namespaces/podherald/configmaps/podherald': configMap(
          'metadata: {path: /etc/pod}\n',
        ),
        '/version': { gitVersion: 'v1.36.2-eks-1' },
        '/api/v1/namespaces/shop': namespaceObject('shop', {
          annotations: { 'podherald.dev/ambassador-access': 'namespace' },
        }),
      }),
    );
    const args = ['explain', '-f', file(DEPLOYMENT), '-o', 'json'];
    const { stdout } = await runCommand(args, fake.kubeconfig);
    const { config, objects } = JSON.parse(stdout);

    expect(config).toBe('ConfigMap podherald/podherald');
    expect(objects[0]).toMatchObject({
      webhook: { called: true, name: 'pods.podherald.dev', failurePolicy: 'Ignore' },
      requests: [
        {},
        {},
        { key: 'podherald.dev/ambassador-access', on: 'namespace', effective: true },
      ],
    });
    expect(objects[0].config).toContainEqual({
      field: 'metadata.path',
      value: '/etc/pod',
      location: 'ConfigMap podherald/podherald:3',
    });
    expect(JSON.stringify(objects[0].patch)).toContain('registry.k8s.io/kubectl:v1.36.2');
  });

  it('says that the webhook is not called', async () => {
    const fake = await fakeObjects(cluster([], { [WEBHOOKS]: [] }));
    const { stdout } = await runCommand(['explain', '-f', file(DEPLOYMENT)], fake.kubeconfig);

    expect(stdout).toContain('would be injected if the webhook were called');
    expect(stdout).toMatch(/webhook +not called: the cluster has no MutatingWebhookConfiguration/);
  });

  it('says which namespaces do not exist or are unreadable', async () => {
    const fake = await fakeObjects(cluster([]));
    fake.scripted.set('/api/v1/namespaces/shop', [status(403, 'you may not')]);
    const other = DEPLOYMENT.replace('namespace: shop', 'namespace: shpo');
    const args = ['explain', '-f', file(`${DEPLOYMENT}---\n${other}`)];
    const { code, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stderr).toContain('cannot read the defaults of namespace shop: ');
    expect(stderr).toContain('namespace shpo does not exist in the cluster\n');
  });

  it('reads the cluster that --kubeconfig chooses, with --config too', async () => {
    const fake = await fakeObjects(cluster([], { [WEBHOOKS]: [] }));
    const config = file('metadata: {path: /etc/pod}\n', 'config.yaml');
    const args = ['explain', '-f', file(DEPLOYMENT), '--config', config];
    const { stdout } = await podherald([...args, '--kubeconfig', fake.kubeconfig]);

    expect(stdout).toMatch(/webhook +not called: the cluster has no MutatingWebhookConfiguration/);
    expect((await podherald(args)).stdout).not.toContain('MutatingWebhookConfiguration');
  });

  it('ends with an error if the context of --context does not exist', async () => {
    const fake = await fakeObjects(cluster([]));
    const args = ['explain', '-f', file(DEPLOYMENT), '--context', 'nope'];
    const { code, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(1);
    expect(stderr).toContain('the context nope does not exist');
  });

  it('uses the namespace of the context for objects without a namespace', async () => {
    const fake = await fakeObjects(cluster([livePod('web')]));
    const content = readFileSync(fake.kubeconfig, 'utf8');
    const inShop = content.replace('"user":"fake"}', '"user":"fake","namespace":"shop"}');
    const config = file(inShop, 'kubeconfig');
    const pod = await runCommand(['explain', 'pod/web'], config);
    const nameless = file(DEPLOYMENT.replace(', namespace: shop', ''));
    const manifest = await runCommand(['explain', '-f', nameless], config);
    const audited = await runCommand(['audit'], config);

    expect(pod.stdout).toContain('Pod shop/web: ');
    expect(manifest.stdout).toContain('Deployment shop/web: ');
    expect(audited.stdout).toContain('Pod shop/web: ');
  });
});
