import { describe, expect, it } from 'vitest';
import type { ConfigFault } from '../../src/config/config-fault.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { configOf, EXAMPLE } from './configs.ts';

function faultsOf(text: string): readonly ConfigFault[] {
  const parsed = parseConfig(text);
  return 'faults' in parsed ? parsed.faults : [];
}

/** A config with one profile, whose env or files are a flow map. */
const profileWith = (side: 'env' | 'files', items: string): string =>
  `profiles: {team: {${side}: ${items}}}`;

const DEFAULTS = configOf('{}');

describe('a config without settings', () => {
  it.each([
    ['comments', '# nothing\n'],
    ['an empty document', '---\n'],
    ['an empty map', '{}'],
    ['a document and an empty one', 'kind: Config\n---\n'],
    ['only apiVersion and kind', 'apiVersion: podherald.dev/v1\nkind: Config\n'],
    ['a byte order mark', '\uFEFFkind: Config\n'],
    ['Windows line ends', 'apiVersion: podherald.dev/v1\r\nkind: Config\r\n'],
  ])('has all defaults: %s', (_, text) => {
    expect(configOf(text)).toEqual(DEFAULTS);
  });
});

describe('a config', () => {
  it('accepts annotationPrefix with and without a trailing slash', () => {
    expect(configOf('annotationPrefix: a.example.com').annotationPrefix).toBe('a.example.com/');
    expect(configOf('annotationPrefix: a.example.com/').annotationPrefix).toBe('a.example.com/');
  });

  it('keeps the order of the items of a profile', () => {
    const { profiles } = configOf(profileWith('env', '{Z: $(A), A: metadata.name, M: $(Z)}'));

    expect(profiles['team']?.env.map(({ name }) => name)).toEqual(['Z', 'A', 'M']);
  });

  it.each([
    ['metadata.name', { fieldRef: 'metadata.name' }],
    ["metadata.labels['app']", { fieldRef: "metadata.labels['app']" }],
    ['limits.memory', { resource: 'limits.memory', divisor: '1' }],
    ['limits.memory:1Mi', { resource: 'limits.memory', divisor: '1Mi' }],
    ['container.name', { known: 'container.name' }],
    ['workload.name', { known: 'workload.name' }],
    ['http://$(OTHER):80', { literal: 'http://$(OTHER):80' }],
    ['$$(HOME)', { literal: '$$(HOME)' }],
    ['{value: metadata.name}', { literal: 'metadata.name' }],
    ['{value: ""}', { literal: '' }],
  ])('accepts %s as an item of env', (text, source) => {
    const { profiles } = configOf(`profiles:
  team:
    env:
      IT: ${text}
      OTHER: status.podIP
`);

    expect(profiles['team']?.env[0]).toEqual({ name: 'IT', source });
  });

  it('supports merge keys and aliases', () => {
    const { profiles } = configOf(`profiles:
  one: &one
    env: &env {A: metadata.name}
  two: *one
  three:
    env: {<<: *env, B: metadata.uid}
`);

    expect(profiles['two']).toEqual(profiles['one']);
    expect(profiles['three']?.env.map(({ name }) => name)).toEqual(['A', 'B']);
  });

  it('replaces the default resources of the ambassador as a whole', () => {
    const { ambassador } = configOf('ambassador: {resources: {limits: {memory: 16Mi, cpu: 1}}}');

    expect(ambassador.resources).toEqual({ requests: {}, limits: { memory: '16Mi', cpu: '1' } });
  });

  it('accepts extended resources and huge pages for the ambassador', () => {
    const amounts = '{hugepages-2Mi: 2Mi, example.com/gpu: 1}';
    const { ambassador } = configOf(
      `ambassador: {resources: {requests: ${amounts}, limits: ${amounts}}}`,
    );

    expect(ambassador.resources.limits).toEqual({ 'hugepages-2Mi': '2Mi', 'example.com/gpu': '1' });
  });

  it('accepts examples/config.yaml', () => {
    expect(faultsOf(EXAMPLE)).toEqual([]);
  });
});

describe('a fault names the field, what was expected and the nearest word:', () => {
  it.each<[text: string, path: string, words: RegExp]>([
    ['apiVersion: podherald.dev/v2', 'apiVersion', /"podherald.dev\/v2".*podherald.dev\/v1/],
    ['kind: Deployment', 'kind', /Config/],
    ['annotationprefix: a.b', 'annotationprefix', /did you mean annotationPrefix\?/],
    ['defaultProfile: x', 'defaultProfile', /did you mean metadata.defaultProfile\?/],
    ['zzzzzzzzzz: x', 'zzzzzzzzzz', /expected one of apiVersion, kind/],
    ['onInvalid: Deny', 'onInvalid', /"Deny".*did you mean deny\?/],
    ['onInvalid:', 'onInvalid', /expected deny or warn, but it is empty/],
    ['annotationPrefix: A.example.com', 'annotationPrefix', /expected a DNS name/],
    ['annotationPrefix: a/b/', 'annotationPrefix', /expected a DNS name/],
    ['annotationPrefix: ""', 'annotationPrefix', /expected a DNS name/],
    [`annotationPrefix: ${'a.'.repeat(127)}`, 'annotationPrefix', /expected a DNS name/],
    ['annotationPrefix: kubernetes.io/', 'annotationPrefix', /reserved for Kubernetes/],
    ['annotationPrefix: pod.k8s.io', 'annotationPrefix', /reserved for Kubernetes/],
    ['profiles: [a]', 'profiles', /expected a map, got a list/],
    ['profiles: {yes: {}}', 'profiles.yes', /true or false/],
    ['profiles: {"true": {}}', 'profiles.true', /true or false/],
    ['profiles: {off: {}}', 'profiles.off', /true or false/],
    ['profiles: {Team: {}}', 'profiles.Team', /lower-case/],
    ['profiles: {"a,b": {}}', 'profiles["a,b"]', /lower-case/],
    ['profiles: {team: {environment: {}}}', 'profiles.team.environment', /unknown field/],
    ['metadata: {path: etc}', 'metadata.path', /absolute/],
    ['metadata: {path: /}', 'metadata.path', /below \//],
    ['metadata: {path: /a/../b}', 'metadata.path', /\.\./],
    ['metadata: {path: "/a:b"}', 'metadata.path', /:/],
    ['metadata: {defaultProfile: defualt}', 'metadata.defaultProfile', /did you mean default\?/],
    [
      'metadata: {defaultProfile: zzzzzzzz}',
      'metadata.defaultProfile',
      /expected one of default, otel/,
    ],
    ['ambassador: {port: 80}', 'ambassador.port', /80: .*1024 to 65535/],
    ['ambassador: {port: "8001"}', 'ambassador.port', /1024 to 65535/],
    ['ambassador: {image: "a b"}', 'ambassador.image', /image/],
    ['ambassador: {maxAccess: readonly}', 'ambassador.maxAccess', /did you mean read-only\?/],
    ['ambassador: {runAsUser: 0}', 'ambassador.runAsUser', /1 to .*inherit/],
    ['ambassador: {tokenSeconds: 599}', 'ambassador.tokenSeconds', /600/],
    ['ambassador: {tokenSeconds: 3607}', 'ambassador.tokenSeconds', /not 3607/],
    [
      'ambassador: {resources: {limits: {memory: 1GB}}}',
      'ambassador.resources.limits.memory',
      /"1GB": expected a quantity/,
    ],
    [
      'ambassador: {resources: {requests: {cpu: 0.2}, limits: {cpu: 100m}}}',
      'ambassador.resources.requests.cpu',
      /at most the limit, 100m/,
    ],
    [
      'ambassador: {resources: {limits: {memroy: 1Gi}}}',
      'ambassador.resources.limits.memroy',
      /expected cpu, memory, .*example\.com\/gpu/,
    ],
    [
      'ambassador: {resources: {requests: {example.com/gpu: 1}}}',
      'ambassador.resources.requests["example.com/gpu"]',
      /same amount in limits/,
    ],
    ['exempt: {namespaces: kube-system}', 'exempt.namespaces', /expected a list/],
    ['exempt: {namespaces: [a, "kube-*"]}', 'exempt.namespaces[1]', /name of a namespace/],
    ['namespaces: {annotations: "true"}', 'namespaces.annotations', /without quotes/],
    ['namespaces: {annotations: yes}', 'namespaces.annotations', /"yes": expected true or false/],
  ])('%s', (text, path, words) => {
    expect(faultsOf(text)).toEqual([
      { path, line: 1, column: expect.any(Number), message: expect.stringMatching(words) },
    ]);
  });
});

describe('an item of a profile is invalid:', () => {
  it.each<[side: 'env' | 'files', items: string, words: RegExp]>([
    ['env', '{my-var: metadata.name}', /letters, digits and _/],
    ['env', '{1A: metadata.name}', /does not begin with a digit/],
    ['env', '{__proto__: metadata.name}', /not supported/],
    ['env', '{A: metdata.name}', /did you mean metadata\.name\?/],
    ['env', '{A: metadata.labels}', /works only as a file; move it to files/],
    ['env', '{A: "limits.cpu:1Mi"}', /expected a divisor for cpu/],
    ['env', '{A: 8080}', /8080: expected a source .*\{value: string\}/],
    ['env', '{A: {value: 8080}}', /in quotes/],
    ['env', '{A: {text: a}}', /\{value: string\}/],
    ['env', '{A: }', /it is empty/],
    ['env', '{A: $(B)}', /\$\(B\): this profile has no such variable/],
    ['env', '{POD_IP: status.podIP, A: $(POD_PI)}', /did you mean POD_IP\?/],
    ['env', '{A: {value: $(hostname)}}', /write \$\$\(hostname\)/],
    ['files', '{a: status.podIP}', /works only as a variable; move it to env/],
    ['files', '{a: container.name}', /works only as a variable.*; move it to env/],
    ['files', '{a: "b $(C)"}', /works only as a variable.*; move it to env/],
    ['files', '{a: {value: b}}', /expected a source/],
    ['files', '{/a: metadata.name}', /relative/],
    ['files', '{../a: metadata.name}', /\.\./],
    ['files', '{a//b: metadata.name}', /expected a path without \/\//],
    ['files', '{a: metadata.name, a/b: metadata.name}', /conflicts with the file a: /],
    ['files', '{a/b: metadata.name, a: metadata.name}', /conflicts with the file a\/b: /],
  ])('%s: %s', (side, items, words) => {
    const faults = faultsOf(profileWith(side, items));

    expect(faults.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
    expect(faults[0]?.path).toMatch(new RegExp(`^profiles\\.team\\.${side}`));
  });

  it.each([
    ['{A: $(A)}', 'A → A: '],
    ['{A: $(B), B: $(A)}', 'A → B → A: '],
    ['{X: $(B), A: $(C), B: $(A) $(B2), B2: metadata.name, C: $(B)}', 'B → A → C → B: '],
  ])('references form a circle: %s', (items, circle) => {
    const messages = faultsOf(profileWith('env', items)).map(({ message }) => message);

    expect(messages).toEqual([expect.stringContaining(circle)]);
  });

  it('accepts escaped references, which refer to no variable', () => {
    expect(faultsOf(profileWith('env', '{A: $$(B), B: $$(B)}'))).toEqual([]);
  });
});

describe('the location of a fault', () => {
  const TEXT = `# a comment
profiles:
  team:
    env:
      my-var: metadata.name
      A: &it metadata.nmae
    files:
      a/b: limits.memory:2
      a.b: *it
exempt:
  namespaces:
    - ok
    - NOT_OK
`;

  it('is the line and column of the invalid name or value, in the order of the text', () => {
    expect(faultsOf(TEXT).map(({ path, line, column }) => `${line}:${column} ${path}`)).toEqual([
      '5:7 profiles.team.env.my-var',
      '6:14 profiles.team.env.A',
      '8:12 profiles.team.files["a/b"]',
      '9:12 profiles.team.files["a.b"]',
      '13:7 exempt.namespaces[1]',
    ]);
  });

  it('is found through an alias', () => {
    const text = 'profiles:\n  a: &a\n    env: {X: nope}\n  b: *a\n';

    expect(faultsOf(text).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '3 profiles.a.env.X',
      '3 profiles.b.env.X',
    ]);
  });
});

describe('a text that is not a config is rejected:', () => {
  it.each([
    ['a scalar', 'hello', 1, /expected a map/],
    ['a list', '- a\n', 1, /expected a map, got a list/],
    ['two documents', 'kind: Config\n---\nkind: Config\n', 2, /second document/],
    [
      'a ConfigMap',
      'apiVersion: v1\nkind: ConfigMap\ndata: {config.yaml: ""}\n',
      2,
      /in its `data` field/,
    ],
    ['a list that is not closed', 'exempt:\n  namespaces: [a\n', 3, /./],
    ['a duplicate key', 'onInvalid: deny\nonInvalid: warn\n', 2, /unique/],
    ['a tab for an indent', 'metadata:\n\tpath: /a\n', 2, /[Tt]ab/],
    ['an alias without an anchor', 'kind: *k\n', 1, /k/],
    ['an unknown tag', 'kind: !secret x\n', 1, /!secret/],
    ['aliases that expand exponentially', laughs(), 1, /alias/],
  ])('%s', (_, text, line, words) => {
    const faults = faultsOf(text);

    expect(faults[0]).toMatchObject({ line, message: expect.stringMatching(words) });
    expect(faults.every(({ column }) => column >= 1)).toBe(true);
  });
});

it('reports all faults at once, of single fields and between fields', () => {
  const text = `onInvalid: no
metadata: {defaultProfile: nope}
profiles:
  yes: {}
  team:
    env: {A: 1, B: $(C), D: $(D)}
    files: {a: x, a/b: metadata.name}
`;

  expect(faultsOf(text).map(({ path }) => path)).toEqual([
    'onInvalid',
    'metadata.defaultProfile',
    'profiles.yes',
    'profiles.team.env.A',
    'profiles.team.env.B',
    'profiles.team.env.D',
    'profiles.team.files.a',
    'profiles.team.files["a/b"]',
  ]);
});

/** The billion laughs attack, with 10^4 items. */
function laughs(): string {
  const ten = (item: string): string => `[${Array(10).fill(item).join(', ')}]`;
  return `a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: &c ${ten('*b')}\nd: &d ${ten('*c')}\n`;
}
