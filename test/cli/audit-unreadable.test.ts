import { describe, expect, it } from 'vitest';
import { fakeObjects, status } from '../support/fake-objects.ts';
import {
  cluster,
  configMap,
  livePod,
  PODS,
  WEBHOOKS,
  webhook,
  webhookConfiguration,
} from '../support/live-objects.ts';
import { runCommand } from '../support/run-command.ts';

const CONFIG_MAP = '/api/v1/namespaces/podherald/configmaps/podherald';

const requesting = livePod('web');
const silent = livePod('web', { annotations: {} });

/** Audits a cluster with one pod, in which reading some paths is always forbidden. */
async function forbidden(pod: object, ...paths: readonly string[]) {
  const fake = await fakeObjects(cluster([pod]));
  for (const path of paths) fake.scripted.set(path, Array(9).fill(status(403, 'you may not')));
  return { fake, ...(await runCommand(['audit', '-A', '-o', 'json'], fake.kubeconfig)) };
}

describe('audit of a cluster with unreadable resources', () => {
  it.each([
    ['the webhook', [WEBHOOKS]],
    ['a kind of workload', ['/apis/apps/v1/daemonsets']],
    ['its namespace', ['/api/v1/namespaces', '/api/v1/namespaces/shop']],
    ['the installed config', [CONFIG_MAP]],
  ])('exits with 1 if it cannot read %s', async (_, paths) => {
    const { code, stdout, stderr } = await forbidden(silent, ...paths);

    expect({ code, unreadable: JSON.parse(stdout).unreadable.length }).toEqual({
      code: 1,
      unreadable: 1,
    });
    expect(stderr).toMatch(/403 to GET .*: you may not/);
    expect(stderr).toContain(
      '1 pod checked; something may be missing, because some resources are unreadable',
    );
    expect(stderr).not.toContain('nothing is missing');
  });

  it('still lists pods that are missing their injection, and says that there may be more', async () => {
    const { code, stdout, stderr } = await forbidden(requesting, WEBHOOKS, '/api/v1/namespaces');

    expect(code).toBe(1);
    expect(JSON.parse(stdout).missing).toMatchObject([{ reason: 'not_told' }]);
    expect(stderr).toContain('1 of 1 pod is missing its injection; there may be more');
  });

  it('reads namespaces one by one if it may not list them', async () => {
    const { fake, code, stdout } = await forbidden(silent, '/api/v1/namespaces');

    expect({ code, unreadable: JSON.parse(stdout).unreadable }).toEqual({
      code: 0,
      unreadable: [],
    });
    expect(fake.requests).toContain('/api/v1/namespaces/shop');
  });

  it('reads no namespace if the config does not use defaults of namespaces', async () => {
    const fake = await fakeObjects(
      cluster([silent], { [CONFIG_MAP]: configMap('namespaces: {annotations: false}\n') }),
    );
    fake.scripted.set('/api/v1/namespaces/shop', Array(9).fill(status(403, 'you may not')));
    const { code } = await runCommand(['audit', '-n', 'shop'], fake.kubeconfig);

    expect(code).toBe(0);
  });

  it('gives the same reason as explain, even if the namespace is unreadable', async () => {
    const selected = webhook('pods.podherald.dev', {
      namespaceSelector: { matchLabels: { team: 'a' } },
    });
    const fake = await fakeObjects(
      cluster([requesting], { [WEBHOOKS]: [webhookConfiguration([selected])] }),
    );
    const run = (...args: string[]) => {
      fake.scripted.set('/api/v1/namespaces/shop', Array(9).fill(status(403, 'you may not')));
      return runCommand([...args, '-n', 'shop', '-o', 'json'], fake.kubeconfig);
    };
    const audited = JSON.parse((await run('audit')).stdout).missing[0];
    const { live } = JSON.parse((await run('explain', 'pod/web')).stdout).objects[0];

    expect(audited).toMatchObject({ reason: 'not_told', message: live.message });
    expect(live).toMatchObject({ complete: false, reason: 'not_told' });
  });

  it('exits with 1 if a namespace has no pods and may not exist', async () => {
    const fake = await fakeObjects(cluster([]));
    fake.scripted.set('/api/v1/namespaces/shop', Array(9).fill(status(403, 'you may not')));
    const { code, stderr } = await runCommand(['audit', '-n', 'shop'], fake.kubeconfig);

    expect(code).toBe(1);
    expect(stderr).toContain('it is unknown whether namespace shop exists: ');
  });

  it('reports a namespace that does not exist', async () => {
    const fake = await fakeObjects(cluster([]));
    const { code, stdout, stderr } = await runCommand(['audit', '-n', 'shpo'], fake.kubeconfig);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('namespace shpo does not exist');
  });

  it('fails if it may not read pods', async () => {
    const fake = await fakeObjects(cluster([]));
    fake.scripted.set(PODS, [status(403, 'pods is forbidden')]);
    const { code, stdout, stderr } = await runCommand(['audit', '-A'], fake.kubeconfig);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('pods is forbidden');
  });
});
