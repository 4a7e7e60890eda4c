import { describe, expect, it } from 'vitest';
import { DEPLOYMENT, file, NO_CLUSTER } from '../support/explain-file.ts';
import { fakeObjects, status } from '../support/fake-objects.ts';
import { cluster, configMap } from '../support/live-objects.ts';
import { runCommand } from '../support/run-command.ts';

/** A kubeconfig of a cluster that does not answer. */
function kubeconfig({ current = 'it', ca = '', exec = '' }): string {
  const cluster = { server: 'https://127.0.0.1:1', ...(ca && { 'certificate-authority': ca }) };
  const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: exec, args: [] };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster }],
    users: [{ name: 'it', user: exec === '' ? {} : { exec: plugin } }],
  });
}

describe('the config that explain and audit use', () => {
  it('finds the config in the namespace of the Deployment of podherald', async () => {
    const fake = await fakeObjects({
      ...cluster([]),
      '/api/v1/namespaces/podherald/configmaps/podherald': undefined,
      '/apis/apps/v1/deployments': [
        { metadata: { namespace: 'platform' }, spec: { template: {} } },
      ],
      '/api/v1/namespaces/platform/configmaps/podherald': configMap('', 'platform'),
    });

    const { stdout } = await runCommand(['audit', '-A', '-o', 'json'], fake.kubeconfig);

    expect(JSON.parse(stdout).config).toBe('ConfigMap platform/podherald');
  });

  it('uses the built-in config if the installed config is unreadable, and says so', async () => {
    const fake = await fakeObjects(cluster([]));
    const path = '/api/v1/namespaces/podherald/configmaps/podherald';
    fake.scripted.set(path, [status(403, 'no configmaps for you')]);
    const args = ['explain', '-f', file(DEPLOYMENT)];
    const { code, stderr } = await runCommand(args, fake.kubeconfig);

    expect(code).toBe(0);
    expect(stderr).toContain('no configmaps for you');
    expect(stderr).toContain('built-in config (the installed config is unreadable)');
  });

  it.each([
    ['is not YAML', 'a: [', /cannot read the kubeconfig/],
    [
      'does not exist or has no cluster',
      kubeconfig({ current: 'other' }),
      /current-context other does not exist or has no cluster; the contexts are: it;/,
    ],
    [
      'names a cluster that does not answer',
      kubeconfig({}),
      /cannot be reached: ECONNREFUSED \(https:\/\/127\.0\.0\.1:1\)/,
    ],
    [
      'names a missing CA file',
      kubeconfig({ ca: '/nowhere/ca.crt' }),
      /credentials for the API server cannot be loaded: .* '\/nowhere\/ca\.crt'/,
    ],
    [
      'names a missing credential plugin',
      kubeconfig({ exec: 'no-such-program' }),
      /credentials for the API server cannot be loaded: .* ?no-such-program/,
    ],
  ])('explains a manifest even if the kubeconfig %s, and says so', async (_, config, trouble) => {
    const args = ['explain', '-f', file(DEPLOYMENT)];
    const { code, stderr, stdout } = await runCommand(args, file(config, 'kubeconfig'));

    expect(code).toBe(0);
    expect(stderr).toMatch(trouble);
    expect(stderr).toContain('; pass a config file with --config');
    expect(stdout).toContain('would be injected');
  });

  it('reads the config from --install-namespace only', async () => {
    const fake = await fakeObjects(cluster([]));
    const args = ['explain', '-f', file(DEPLOYMENT), '--install-namespace', 'typo'];
    const typo = await runCommand(args, fake.kubeconfig);
    const nowhere = await runCommand(args, NO_CLUSTER);

    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toContain(
      '--install-namespace typo: the namespace has no ConfigMap podherald with the key config.yaml',
    );
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
  });

  it('reads no cluster with --config', async () => {
    const fake = await fakeObjects(cluster([]));
    const config = file('apiVersion: podherald.dev/v1\nkind: Config\n', 'config.yaml');
    await runCommand(['explain', '-f', file(DEPLOYMENT), '--config', config], fake.kubeconfig);

    expect(fake.requests).toEqual([]);
  });
});
