import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { makeFolder } from '../support/certificates.ts';
import { podherald } from '../support/run-command.ts';

describe('manifests', () => {
  it('prints the objects in the order in which kubectl must apply them', async () => {
    const { code, stdout, stderr } = await podherald(['manifests']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(objects(stdout).map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ResourceQuota',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Role',
      'RoleBinding',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Service',
      'NetworkPolicy',
      'Deployment',
      'PodDisruptionBudget',
      'MutatingWebhookConfiguration',
    ]);
  });

  it('uses every option', async () => {
    const args = [
      '--namespace',
      'home',
      '--image',
      'example.com/a/b:1@sha256:0',
      '--replicas',
      '3',
    ];
    const more = ['--port', '10250', '--failure-policy', 'Fail', '--exclude-namespace', 'mesh'];
    const { stdout } = await podherald(['manifests', ...args, ...more, '--priority-class', 'mine']);

    expect(stdout).toContain('namespace: home\n');
    expect(stdout).toContain('image: example.com/a/b:1@sha256:0\n');
    expect(stdout).toContain('replicas: 3\n');
    expect(stdout).toContain('- --port=10250\n');
    expect(stdout).toContain('containerPort: 10250\n');
    expect(stdout).toContain('failurePolicy: Fail\n');
    expect(stdout).toContain('- mesh\n');
    expect(stdout).toContain('priorityClassName: mine\n');
  });

  it('does not print an existing namespace, and excludes namespaces such as default', async () => {
    const args = ['--namespace', 'shop', '--no-create-namespace', '--exclude-namespace', 'default'];
    const { code, stdout } = await podherald(['manifests', ...args]);

    expect(code).toBe(0);
    expect(objects(stdout).map(({ kind }) => kind)).not.toContain('Namespace');
    expect(stdout).toContain('namespace: shop\n');
    expect(stdout).toContain('- default\n');
  });

  it('installs the text of a config unchanged, and follows it', async () => {
    const text = [
      '# mine',
      'annotationPrefix: example.com',
      'exempt: { namespaces: [mesh] }',
      'namespaces: { annotations: false }',
      '',
    ].join('\n');
    const args = ['manifests', '--config', '-', '--tls', 'files', '--scope', 'labelled'];
    const { code, stdout } = await podherald(args, text);
    const found = objects(stdout);

    expect(code).toBe(0);
    expect(found.find(({ kind }) => kind === 'ConfigMap')).toMatchObject({
      data: { 'config.yaml': text },
    });
    expect(found.map(({ kind }) => kind)).not.toContain('ClusterRole');
    expect(stdout).toContain("k.startsWith('example.com/')");
    expect(stdout).toContain('- mesh\n');
  });

  it('prints every error of an invalid config and no manifests', async () => {
    const file = join(makeFolder(), 'config.yaml');
    writeFileSync(file, 'onInvalid: never\nexempt: 1\n');
    const { code, stdout, stderr } = await podherald(['manifests', '--config', file]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${file}:1:`);
    expect(stderr).toContain(`${file}:2:`);
  });

  it.each([
    [['--tls', 'mine'], /--tls.*self-managed, cert-manager, files/],
    [['--scope', 'some'], /--scope.*all, labelled/],
    [['--failure-policy', 'fail'], /--failure-policy.*Ignore, Fail/],
    [['--namespace', 'Home'], /--namespace.*lower-case/],
    [
      ['--namespace', 'default'],
      /--namespace.*must not share default with other pods.*such as podherald/,
    ],
    [
      ['--namespace', 'kube-system'],
      /--namespace.*must not share kube-system with other pods.*such as/,
    ],
    [
      ['--namespace', 'kube-public', '--no-create-namespace'],
      /--namespace.*must not share kube-public with other pods/,
    ],
    [['--exclude-namespace', 'a_b'], /--exclude-namespace.*lower-case/],
    [['--replicas', '0'], /--replicas.*1 to 100/],
    [['--port', '443'], /--port.*1024 to 65535/],
    [['--port', '8080'], /--port and --admin-port must differ/],
    [['--image', ''], /--image.*registry\.example\.com/],
    [['--image', 'a b'], /--image/],
  ])('%j is wrong usage, with an explanation', async (args, sentence) => {
    const { code, stdout, stderr } = await podherald(['manifests', ...args]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll('\n', ' ')).toMatch(sentence);
  });

  it.each(['self-managed', 'cert-manager', 'files'])(
    'passes only options to serve that it has (--tls %s)',
    async (tls) => {
      const [{ stdout }, help] = await Promise.all([
        podherald(['manifests', '--tls', tls]),
        podherald(['serve', '--help']),
      ]);
      const flags = [...stdout.matchAll(/^ *- (--[a-z-]+)/gm)].map(([, flag]) => flag);

      expect(flags.length).toBeGreaterThan(3);
      for (const flag of flags) expect(help.stdout).toContain(`${flag} `);
    },
  );
});

function objects(text: string): { readonly kind: string }[] {
  const documents = parseAllDocuments(text);
  return 'empty' in documents ? [] : documents.map((document) => document.toJS());
}
