import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { podherald } from '../support/run-command.ts';

/** A Deployment as kustomize passes it, with annotations on its pod template. */
function deployment(annotations: Record<string, string>, spec: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      annotations: {
        'internal.config.kubernetes.io/path': 'deployment.yaml',
        'internal.config.kubernetes.io/index': '1',
      },
    },
    spec: {
      template: { metadata: { annotations }, spec: { containers: [{ name: 'app' }], ...spec } },
    },
  };
}

const SERVICE = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };

async function fn(items: readonly object[], data?: Record<string, string>, more: object = {}) {
  const list = {
    apiVersion: 'config.kubernetes.io/v1',
    kind: 'ResourceList',
    ...(data && { functionConfig: { apiVersion: 'v1', kind: 'ConfigMap', data } }),
    items,
    ...more,
  };
  const { code, stdout, stderr } = await podherald(['fn'], JSON.stringify(list));
  return { code, stderr, list: parse(stdout) };
}

function names(list: { readonly items: readonly ReturnType<typeof deployment>[] }): string[] {
  const [container] = list.items[0]?.spec.template.spec.containers ?? [];
  const { env = [] } = (container ?? {}) as { env?: readonly { name: string }[] };
  return env.map(({ name }) => name);
}

describe('podherald fn', () => {
  it('injects into the items, and keeps everything else', async () => {
    const { code, list } = await fn([deployment({ 'inject-metadata': 'true' }), SERVICE]);

    expect(code).toBe(0);
    expect(names(list)).toContain('POD_NAME');
    expect(list.items[0].metadata).toEqual(deployment({}).metadata);
    expect(list.items[1]).toEqual(SERVICE);
    expect(list.results).toEqual([
      {
        message: 'injected (variables: 7, volumes: 1, ambassadors: 0)',
        severity: 'info',
        resourceRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        file: { path: 'deployment.yaml', index: 1 },
      },
    ]);
  });

  it('changes nothing and has no results if nothing is requested', async () => {
    const { code, list } = await fn([deployment({}), SERVICE]);

    expect(code).toBe(0);
    expect(list).toEqual({
      apiVersion: 'config.kubernetes.io/v1',
      kind: 'ResourceList',
      items: [deployment({}), SERVICE],
    });
  });

  it('takes the config, annotations and namespace from functionConfig', async () => {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', annotations: { 'inject-ambassador': 'true' } },
    };
    const { list } = await fn([deployment({}), namespace], {
      'config.yaml': 'profiles: {default: {env: {ME: metadata.name}}}',
      annotate: 'inject-metadata=true',
      namespace: 'shop',
    });

    expect(names(list)).toEqual(['ME', 'KUBE_API_URL']);
  });

  it('reports an invalid value as an error, at its field, and changes nothing', async () => {
    const item = deployment({ 'inject-metadata': 'yes' });
    const { code, stderr, list } = await fn([item]);

    expect(code).toBe(1);
    expect(stderr).toContain('Deployment web: inject-metadata: invalid value "yes"');
    expect(list.items).toEqual([item]);
    expect(list.results).toMatchObject([
      {
        severity: 'error',
        field: { path: 'spec.template.metadata.annotations.inject-metadata' },
        file: { path: 'deployment.yaml', index: 1 },
      },
    ]);
  });

  it('reports a warning for what a pod cannot get', async () => {
    const item = deployment({ 'inject-ambassador': 'true' }, { hostNetwork: true });
    const { code, stderr, list } = await fn([item]);

    expect(code).toBe(0);
    expect(stderr).toContain('podherald: Deployment web: no ambassador: the pod uses hostNetwork');
    expect(list.results).toMatchObject([
      { severity: 'warning', field: { path: 'spec.template.spec.hostNetwork' } },
    ]);
  });

  it('reports a malformed pod once', async () => {
    const item = deployment({ 'inject-metadata': 'true' }, { containers: [{ name: 1 }] });
    const { code, list } = await fn([item]);

    expect(code).toBe(1);
    expect(list.results).toMatchObject([
      { severity: 'error', message: expect.stringMatching(/containers/) },
    ]);
  });

  it('replaces the results of an earlier function', async () => {
    const more = { results: [{ message: 'old' }] };
    const { list } = await fn([deployment({ 'inject-metadata': 'true' })], undefined, more);

    expect(list.results).toMatchObject([{ severity: 'info' }]);
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['an unknown key', { anotate: 'a=b' }, 2, /data\.anotate is unknown; did you mean annotate\?/],
    ['an invalid annotation', { annotate: 'true' }, 2, /data\.annotate: Expected key=value/],
    [
      'an invalid version',
      { 'kubernetes-version': 'new' },
      2,
      /data\.kubernetes-version: Expected/,
    ],
    ['an invalid config', { 'config.yaml': 'profile: {}' }, 1, /functionConfig:1:1: profile/],
  ])('rejects %s in functionConfig', async (_title, data, code, message) => {
    const ended = await fn([SERVICE], data);

    expect(ended).toMatchObject({ code, list: null });
    expect(ended.stderr).toMatch(message);
  });

  it.each([
    ['a pod', 'kind: Pod\napiVersion: v1\n', /expected kind ResourceList .*, got Pod of v1/],
    ['nothing', '', /not one YAML or JSON document/],
    ['text that is no YAML', '{', /not one YAML or JSON document/],
    [
      'items that are no list',
      'kind: ResourceList\napiVersion: config.kubernetes.io/v1\nitems: x',
      /items is not a list/,
    ],
  ])('rejects %s', async (_title, text, message) => {
    const { code, stdout, stderr } = await podherald(['fn'], text);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
