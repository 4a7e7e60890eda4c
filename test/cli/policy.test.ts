import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configFolder } from '../config/config-folder.ts';
import { podherald } from '../support/run-command.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly failurePolicy?: string;
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly mutations?: readonly { readonly jsonPatch: { readonly expression: string } }[];
    readonly validations?: readonly {
      readonly expression: string;
      readonly messageExpression: string;
    }[];
  };
}

describe('policy', () => {
  it('prints mutating and validating policies with their bindings', async () => {
    const { code, manifests, stderr } = await policy();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      manifests.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.policyName]),
    ).toEqual([
      ['MutatingAdmissionPolicy', 'podherald', undefined],
      ['MutatingAdmissionPolicyBinding', 'podherald', 'podherald'],
      ['ValidatingAdmissionPolicy', 'podherald-faults', undefined],
      ['ValidatingAdmissionPolicyBinding', 'podherald-faults', 'podherald-faults'],
      ['ValidatingAdmissionPolicy', 'podherald-unsupported', undefined],
      ['ValidatingAdmissionPolicyBinding', 'podherald-unsupported', 'podherald-unsupported'],
    ]);
  });

  it('prints the same output each time', async () => {
    expect((await policy()).stdout).toBe((await policy()).stdout);
  });

  it('denies invalid pods unless the config says warn, and unsupported pods only with --strict', async () => {
    const { file } = configFolder('onInvalid: warn\n');
    expect(actions(await policy())).toEqual([['Deny'], ['Warn', 'Audit']]);
    expect(actions(await policy('--strict'))).toEqual([['Deny'], ['Deny']]);
    expect(actions(await policy('--config', file))).toEqual([
      ['Warn', 'Audit'],
      ['Warn', 'Audit'],
    ]);
  });

  it('does not confuse numbers in the config with its placeholder for the port', async () => {
    const config = 'ambassador: {image: "r.io/kubectl:v1-999999", runAsUser: 999999}\n';
    const { stdout } = await policy('--config', configFolder(config).file);

    expect(stdout).toContain("'image': dyn('r.io/kubectl:v1-999999')");
    expect(stdout).toContain("'runAsUser': dyn(999999)");
  });

  it('names its objects and sets their failure policy', async () => {
    const { manifests } = await policy('--name', '123', '--failure-policy', 'Fail');
    expect(manifests.map(({ metadata }) => metadata.name.split('-')[0])).toEqual(
      manifests.map(() => '123'),
    );
    const policies = manifests.filter(({ spec }) => spec.policyName === undefined);
    expect(policies.map(({ spec }) => spec.failurePolicy)).toEqual(['Fail', 'Fail', 'Fail']);
  });

  it('follows the config', async () => {
    const { file } = configFolder(`annotationPrefix: example.com/
profiles:
  team:
    env: {GREETING: {value: "it's <port> \\\\ ünï"}, POD: metadata.name}
    files: {who: metadata.uid}
metadata: {defaultProfile: team, path: /meta}
ambassador: {image: "example.com/kubectl:1", port: 9001, maxAccess: full, runAsUser: 1234}
exempt: {namespaces: [build, '123']}
namespaces: {annotations: false}
`);
    const { stdout } = await policy('--config', file);

    for (const text of [
      "'example.com/inject-metadata'",
      "'it\\'s <port> \\\\ \\u00fcn\\u00ef'",
      "'fieldPath': 'metadata.uid'",
      "name == 'true' ? 'team' : name",
      "['/meta']",
      "dyn('example.com/kubectl:1')",
      "'runAsUser': dyn(1234)",
      ': 9001',
      'values: ["kube-system", "kube-node-lease", "build", "123"]',
    ]) {
      expect(stdout).toContain(text);
    }
    expect(stdout).not.toContain('podherald.dev/');
    expect(stdout).not.toContain('namespaceObject');
  });

  it('rejects versions of Kubernetes without MutatingAdmissionPolicy v1', async () => {
    const { code, stdout, stderr } = await podherald(['policy', '--kubernetes-version', '1.30.1']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('The policies need Kubernetes 1.36 or newer');
  });

  it('uses the ambassador image of the version of the API server', async () => {
    const { stdout } = await policy('--kubernetes-version', 'v1.38.2-eks-1a2b3c4');
    expect(stdout).toContain("dyn('registry.k8s.io/kubectl:v1.38.2')");
  });

  it('defines every variable before it is used, and no unused variables', async () => {
    for (const { spec } of (await policy()).manifests) {
      const { variables = [], mutations = [], validations = [] } = spec;
      const known = new Set<string>();
      const read = new Set<string>();
      for (const { name, expression } of variables) {
        for (const used of variablesIn(expression)) expect([...known]).toContain(used);
        for (const used of variablesIn(expression)) read.add(used);
        known.add(name);
      }
      const ends = [
        ...mutations.map(({ jsonPatch }) => jsonPatch.expression),
        ...validations.flatMap(({ expression, messageExpression }) => [
          expression,
          messageExpression,
        ]),
      ];
      for (const used of ends.flatMap(variablesIn)) read.add(used);
      expect([...known].sort()).toEqual([...read].sort());
    }
  });
});

describe('a config that needs what a policy cannot do', () => {
  it('is rejected with every reason, and prints nothing', async () => {
    const { file } = configFolder(`profiles:
  late: {env: {URL: "http://$(HOST)", HOST: status.podIP}}
  chain: {env: {CLUSTER: cluster.name, KEY: "id-$(CLUSTER)", PATH_: "$(KEY)/x"}}
  one: {files: {a/b: metadata.name}}
  two: {files: {a: metadata.name}}
`);
    const { code, stdout, stderr } = await podherald(['policy', '--config', file]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^podherald: profiles\.late\.env: URL refers to HOST, .*move HOST before URL$/,
      ),
      expect.stringMatching(
        /^podherald: profiles\.chain\.env: PATH_ refers to KEY, which refers to CLUSTER, .*write the value of KEY into PATH_$/,
      ),
      expect.stringMatching(
        /^podherald: profiles\.one\.files: a\/b conflicts with a of profile two/,
      ),
    ]);
  });

  it('is accepted after the change that the error suggests', async () => {
    const { file } = configFolder(`profiles:
  late: {env: {HOST: status.podIP, URL: "http://$(HOST)"}}
  one: {files: {a/b: metadata.name}}
  two: {files: {a/b: metadata.uid}}
`);
    expect((await policy('--config', file)).code).toBe(0);
  });
});

describe('the options of policy', () => {
  it('are in its help, with examples', async () => {
    const { code, stdout } = await podherald(['policy', '--help']);
    expect(code).toBe(0);
    for (const word of ['--config', '--strict', '--failure-policy', 'podherald policy | kubectl']) {
      expect(stdout).toContain(word);
    }
  });

  it.each([[['--name', 'No Name']], [['--name', 'x'.repeat(60)]], [['--failure-policy', 'No']]])(
    '%j is wrong usage',
    async (args) => {
      const { code, stdout } = await podherald(['policy', ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );
});

async function policy(...flags: readonly string[]) {
  const ended = await podherald(['policy', ...flags]);
  const documents = parseAllDocuments(ended.stdout);
  if (documents.some(({ errors }) => errors.length > 0)) throw new Error(ended.stdout);
  return { ...ended, manifests: documents.map((document): Manifest => document.toJS()) };
}

function actions({ manifests }: { readonly manifests: readonly Manifest[] }) {
  return manifests.flatMap(({ spec }) => (spec.validationActions ? [spec.validationActions] : []));
}

function variablesIn(text: string): string[] {
  return [...text.matchAll(/\bvariables\.(\w+)/g)].flatMap(([, name]) => name ?? []);
}
