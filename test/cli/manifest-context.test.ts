import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { file } from '../support/explain-file.ts';
import { fakeObjects, status } from '../support/fake-objects.ts';
import { cluster, configMap, namespaceObject } from '../support/live-objects.ts';
import { podherald, runCommand } from '../support/run-command.ts';

const SILENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
`;
const NETWORK = { annotations: { 'inject-metadata': 'network' } };
const CONFIG = '/api/v1/namespaces/podherald/configmaps/podherald';

/** A cluster with a config, a version and a namespace whose pods get the profile network. */
function shop(more: Readonly<Record<string, unknown>> = {}) {
  return fakeObjects(
    cluster([], {
      [CONFIG]: configMap('metadata: {path: /etc/pod}\n'),
      '/version': { gitVersion: 'v1.36.2' },
      '/api/v1/namespaces/shop': namespaceObject('shop', NETWORK),
      ...more,
    }),
  );
}

describe('inject --from-cluster', () => {
  it('uses the installed config, the live namespaces and the version of the cluster', async () => {
    const fake = await shop({
      '/api/v1/namespaces/shop': namespaceObject('shop', {
        annotations: { 'inject-metadata': 'true', 'inject-ambassador': 'true' },
      }),
    });
    const args = ['inject', '-f', file(SILENT), '--from-cluster', '--annotate', 'a=b'];
    const { code, stdout, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stdout).toContain('mountPath: /etc/pod');
    expect(stdout).toContain('registry.k8s.io/kubectl:v1.36.2');
    expect(stderr).toContain('podherald: config: ConfigMap podherald/podherald\n');
  });

  it('uses the file of --config with the live namespaces', async () => {
    const fake = await shop();
    const config = file('metadata: {path: /etc/other}\n', 'config.yaml');
    const args = ['inject', '-f', file(SILENT), '--from-cluster', '--config', config];
    const { stdout, stderr } = await runCommand(args, fake.kubeconfig);

    expect(stdout).toContain('POD_IPS');
    expect(stderr).toContain(`podherald: config: ${config}\n`);
  });

  it('ignores the annotations of namespaces if the installed config does', async () => {
    const fake = await shop({ [CONFIG]: configMap('namespaces: {annotations: false}\n') });
    const args = ['inject', '-f', file(SILENT), '--from-cluster'];
    const { code, stdout } = await runCommand(args, fake.kubeconfig);

    expect({ code, stdout }).toEqual({ code: 0, stdout: SILENT });
  });

  it('says that a namespace does not exist yet', async () => {
    const fake = await shop();
    const args = ['inject', '-f', file(SILENT.replace('shop', 'shpo')), '--from-cluster'];
    const { code, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stderr).toContain('podherald: namespace shpo does not exist in the cluster\n');
  });

  it('does not miss a namespace that is in the manifests', async () => {
    const fake = await shop();
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shpo}\n';
    const manifest = file(`${namespace}---\n${SILENT.replace('shop', 'shpo')}`);
    const injected = await runCommand(
      ['inject', '-f', manifest, '--from-cluster'],
      fake.kubeconfig,
    );
    const explained = await runCommand(['explain', '-f', manifest], fake.kubeconfig);

    expect(injected.stderr + explained.stderr).not.toContain('does not exist');
  });

  it.each([
    ['the config', CONFIG, /the installed config is unreadable/],
    ['a namespace', '/api/v1/namespaces/shop', /cannot read the defaults of namespace shop: /],
  ])('writes nothing if %s is unreadable', async (_name, path, message) => {
    const fake = await shop();
    fake.scripted.set(path, [status(403, 'you may not')]);
    const args = ['inject', '-f', file(SILENT), '--from-cluster'];
    const { code, stdout, stderr } = await runCommand(args, fake.kubeconfig);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('is an error without a cluster', async () => {
    const { code, stdout, stderr } = await podherald([
      'inject',
      '-f',
      file(SILENT),
      '--from-cluster',
    ]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('no cluster is configured');
  });

  it('is undone by uninject --from-cluster', async () => {
    const fake = await shop();
    const path = file(SILENT);
    await runCommand(['inject', '-f', path, '--from-cluster', '-i'], fake.kubeconfig);
    expect(readFileSync(path, 'utf8')).toContain('POD_IPS');

    await runCommand(['uninject', '-f', path, '--from-cluster', '-i'], fake.kubeconfig);
    expect(readFileSync(path, 'utf8')).toBe(SILENT);
  });
});

describe('without --from-cluster', () => {
  it.each(['--context', '--kubeconfig', '--install-namespace'])('%s is an error', async (flag) => {
    const { code, stderr } = await podherald(['inject', '-f', file(SILENT), flag, 'x']);

    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} is only valid with --from-cluster`);
  });

  it.each(['inject', 'explain'])(
    '%s ignores a Namespace in the manifests if the config ignores namespaces',
    async (command) => {
      const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {inject-metadata: network}}\n`;
      const manifest = file(`${namespace}---\n${SILENT}`);
      const config = file('namespaces: {annotations: false}\n', 'config.yaml');
      const { stdout } = await podherald([command, '-f', manifest, '--config', config]);

      expect(stdout).toContain(
        command === 'inject' ? SILENT : 'Deployment shop/web: would not be injected',
      );
      expect(stdout).not.toContain('POD_IPS');
    },
  );
});
