import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { podherald } from '../support/run-command.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: object;
  readonly subjects?: readonly object[];
}

describe('rbac', () => {
  it('lists its options in its help, with examples', async () => {
    const { stdout } = await podherald(['rbac', '--help']);

    for (const words of [
      '--access',
      '--service-account',
      '--resources',
      'pods/log',
      'kubectl apply',
    ])
      expect(stdout).toContain(words);
  });

  it('prints a Role that reads one namespace, and binds it to the ServiceAccount', async () => {
    const { objects } = await rbac(
      '--access',
      'namespace',
      '-n',
      'team',
      '--service-account',
      'web',
    );

    expect(objects).toEqual([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'podherald:ambassador:web', namespace: 'team' },
        rules: [
          reads('', 'configmaps', 'pods', 'services', 'events'),
          reads('discovery.k8s.io', 'endpointslices'),
          reads('apps', 'deployments', 'replicasets', 'statefulsets', 'daemonsets'),
          reads('batch', 'jobs', 'cronjobs'),
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'podherald:ambassador:web', namespace: 'team' },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'Role',
          name: 'podherald:ambassador:web',
        },
        subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'team' }],
      },
    ]);
  });

  it('prints a ClusterRole for read-only, with a name of its own for each ServiceAccount', async () => {
    const { objects } = await rbac('--access', 'read-only', '-n', 'team');

    expect(objects.map(({ kind, metadata }) => [kind, metadata])).toEqual([
      ['ClusterRole', { name: 'podherald:ambassador:team:default' }],
      ['ClusterRoleBinding', { name: 'podherald:ambassador:team:default' }],
    ]);
    expect(objects[0]?.rules?.[0]).toEqual(
      reads('', 'pods', 'services', 'events', 'namespaces', 'nodes'),
    );
  });

  it('grants full access to write, but not to start pods', async () => {
    const { rules } = await rbac('--access', 'full', '-n', 'team');

    expect(whoMay('create', rules)).toEqual(['configmaps', 'leases', 'pods/eviction']);
    expect(whoMay('patch', rules)).toEqual([
      ...['configmaps', 'leases', 'deployments/scale', 'statefulsets/scale'],
    ]);
    expect(whoMay('delete', rules)).toEqual(['configmaps', 'leases', 'pods']);
  });

  it.each(['namespace', 'read-only', 'full'])(
    'grants %s access without wildcards and Secrets',
    async (access) => {
      const { stdout, rules } = await rbac('--access', access, '-n', 'team');
      const words = rules.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]);

      expect(words).not.toContain('*');
      expect(words).not.toContain('secrets');
      expect(stdout).toContain('# Objects that an app typically looks up');
      expect(stdout).not.toMatch(/[&*]a\d/); // kubectl would take aliases, but people would not
    },
  );

  it('grants the resources of --resources instead, custom resources too', async () => {
    const { rules } = await rbac(
      ...['--access', 'namespace', '-n', 'team'],
      ...['--resources', 'pods, pods/log,certificates.cert-manager.io,deployments.apps'],
    );

    expect(rules).toEqual([
      reads('', 'pods'),
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      reads('cert-manager.io', 'certificates'),
      reads('apps', 'deployments'),
    ]);
  });

  it('warns that writing some resources amounts to starting pods', async () => {
    const { stdout, objects } = await rbac(
      ...['--access', 'full', '-n', 'team', '--resources', 'jobs,namespaces'],
    );

    expect(stdout).toMatch(
      /# Whoever can write these can start pods.*\n.*\n {2}- apiGroups: \[batch\]/,
    );
    expect(objects.map(({ kind }) => kind)).toEqual([
      ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
    ]);
  });

  it('prints every error in --resources', async () => {
    const { code, stdout, stderr } = await podherald([
      ...['rbac', '--access', 'namespace', '-n', 'team', '--resources'],
      'deployment,widgets,secrets,*,nodes,pods/exec,vms.kubevirt.io/console,pods/eviction,roles.rbac.authorization.k8s.io,A.b',
    ]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/--resources: deployment is not .*; did you mean deployments\?$/),
      expect.stringMatching(/widgets is not .*; for a custom resource, write plural.group$/),
      expect.stringMatching(/secrets is never granted: /),
      expect.stringMatching(/\* is never granted: name each resource$/),
      expect.stringMatching(/nodes are cluster-scoped.*use --access read-only$/),
      expect.stringMatching(/pods\/exec is never granted: the ambassador rejects it$/),
      expect.stringMatching(/kubevirt.io\/console is never granted: the ambassador rejects it$/),
      expect.stringMatching(/pods\/eviction can only be written, which needs --access full$/),
      expect.stringMatching(/roles\.rbac.* is never granted: /),
      expect.stringMatching(/A\.b is not a resource name: /),
    ]);
  });
});

describe('rbac ends with exit code 2 and an explanation:', () => {
  it.each([
    [[], /--access <access>' not specified/],
    [['--access', 'full'], /--namespace <name>' not specified/],
    [
      ['--access', 'readonly', '-n', 'team'],
      /namespace, read-only, full; did you mean read-only\?/,
    ],
    [['--access', 'admin', '-n', 'team'], /Expected one of namespace, read-only, full\.$/m],
    [['--access', 'full', '-n', 'Team'], /--namespace.*lower-case/],
    [['--access', 'full', '-n', 'team', '--service-account', 'team:web'], /without its namespace/],
    [['--access', 'full', '-n', 'team', '--resources', 'pods,,jobs'], /separated by commas/],
    [['--access', 'full', '-n', 'team', '--resources', ''], /separated by commas/],
  ])('%j', async (args, sentence) => {
    const { code, stdout, stderr } = await podherald(['rbac', ...args]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});

async function rbac(...args: readonly string[]) {
  const { code, stdout, stderr } = await podherald(['rbac', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Role);
  return { stdout, objects, rules: objects.flatMap((object) => object.rules ?? []) };
}

function reads(group: string, ...resources: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs: ['get', 'list', 'watch'] };
}

function whoMay(verb: string, rules: readonly Rule[]): string[] {
  return rules.filter(({ verbs }) => verbs.includes(verb)).flatMap(({ resources }) => resources);
}
