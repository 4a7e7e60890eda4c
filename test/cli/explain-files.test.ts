import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEPLOYMENT, explained, explainFile, file } from '../support/explain-file.ts';
import { runProgram } from '../support/run-program.ts';

describe('explain of manifests', () => {
  it('shows what is added to and kept in each container, and the diff', async () => {
    const { code, stdout } = await explainFile(DEPLOYMENT);

    expect(code).toBe(0);
    expect(stdout).toContain('Deployment shop/web: would be injected\n');
    expect(stdout).toMatch(/^ {2}app +added +7 variables: POD_NAMESPACE, .*/m);
    expect(stdout).toMatch(/^ {2}app +added +files at \/etc\/downward: podName, /m);
    expect(stdout).toMatch(
      /^ {2}app +kept +container app already sets POD_NAME; its own values are kept$/m,
    );
    expect(stdout).toMatch(/^ {2}\(pod\) +added +1 container: ambassador$/m);
    expect(stdout).toMatch(/^ {2}\(pod\) +added +2 volumes: downward, ambassador-token$/m);
    expect(stdout).toMatch(/^ {2}\+ +- name: POD_NAMESPACE$/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('names the line of each annotation and config field that decides', async () => {
    const config = file(
      'apiVersion: podherald.dev/v1\nkind: Config\nmetadata:\n  defaultProfile: network\n',
      'config.yaml',
    );
    const { requests, config: fields } = await explained(DEPLOYMENT, '--config', config);

    expect(requests).toMatchObject([
      {
        key: 'inject-metadata',
        on: 'pod',
        effective: true,
        location: expect.stringMatching(/yaml:8$/),
      },
      { key: 'podherald.dev/inject-ambassador', location: expect.stringMatching(/yaml:9$/) },
    ]);
    expect(fields).toMatchObject([
      { field: 'metadata.defaultProfile', value: 'network', location: `${config}:4` },
      { field: 'metadata.path', value: '/etc/downward' },
      { field: 'ambassador.maxAccess', value: 'read-only' },
      { field: 'ambassador.port', value: '8001' },
      { field: 'ambassador.image' },
    ]);
    expect(fields[1]).not.toHaveProperty('location');
  });

  it('explains a pod that would be denied, with the line of each invalid annotation', async () => {
    const faulty = DEPLOYMENT.replaceAll('"true"', '"yes"');
    const { outcome, reasons, added } = await explained(faulty);

    expect(outcome).toBe('denied');
    expect(added).toEqual([]);
    expect(reasons).toMatchObject([
      { reason: 'invalid_value', cause: expect.stringMatching(/inject-metadata \(.*yaml:8\)/) },
      { reason: 'invalid_value', cause: expect.stringMatching(/ambassador \(.*yaml:9\)/) },
    ]);
  });

  it('reports an annotation on a Deployment instead of its pod template', async () => {
    const misplaced = DEPLOYMENT.replace(
      'namespace: shop',
      'annotations: {inject-metadata: "true"}',
    )
      .replace('        inject-metadata: "true"\n', '')
      .replace('        podherald.dev/inject-ambassador: "true"\n', '');
    const { stdout } = await explainFile(misplaced);

    expect(stdout).toContain('would not be injected');
    expect(stdout).toMatch(
      /misplaced +inject-metadata on the Deployment: no effect on its pods; set it on/,
    );
  });

  it('reports misplaced and misspelt annotations also if the pod template has valid ones', async () => {
    const misplaced = DEPLOYMENT.replace(
      'namespace: shop',
      'annotations: {podherald.dev/metadata-env: "A=metadata.uid", podherald.dev/inject-metadta: x, inject-metadata: "false"}',
    );
    const { stdout } = await explainFile(misplaced);

    expect(stdout).toContain('would be injected');
    expect(stdout).toMatch(
      /misplaced +podherald.dev\/metadata-env on the Deployment: no effect on its pods; set it/,
    );
    expect(stdout).toMatch(
      /misplaced +inject-metadata on the Deployment: no effect on its pods; the pod template/,
    );
    expect(stdout).toMatch(/misplaced +podherald.dev\/inject-metadta on .* did you mean/);
  });

  it('shows the defaults of a Namespace in the input, and which of them the pod overrides', async () => {
    const namespace = `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {inject-metadata: network, podherald.dev/metadata-path: /x}}\n`;
    const { requests } = await explained(DEPLOYMENT + namespace);

    const location = expect.stringMatching(/manifest\.yaml:17$/);

    expect(requests.slice(2)).toEqual([
      { key: 'inject-metadata', value: 'network', on: 'namespace', effective: false, location },
      {
        key: 'podherald.dev/metadata-path',
        value: '/x',
        on: 'namespace',
        effective: true,
        location,
      },
    ]);
  });

  const unquoted = DEPLOYMENT.replace('"true"', 'true');

  it.each([
    ['an annotation that is not a string', unquoted, 'metadata.annotations.inject-metadata', 8],
    ['no template', DEPLOYMENT.replace(/ {2}template:[\s\S]*/, '  replicas: 1\n'), undefined, 5],
    [
      'no containers',
      DEPLOYMENT.replace(/ {6}containers:[\s\S]*/, '      x: 1\n'),
      'spec.containers',
      11,
    ],
  ])('says that the API server would reject %s, with the line', async (_, text, field, line) => {
    const { stdout } = await explainFile(text);
    const place = ['spec.template', field].filter(Boolean).join('.');

    expect(stdout).toMatch(/^Deployment shop\/web: would be rejected by the API server, because /);
    expect(stdout.split('\n')[0]).toContain(`, because ${place} (`);
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`manifest.yaml:${line}\\) is malformed$`));
  });

  it('writes YAML, with every object of its input', async () => {
    const text = `${DEPLOYMENT}---\n${DEPLOYMENT.replace('name: web', 'name: other')}`;
    const { stdout } = await explainFile(text, '-o', 'yaml');

    expect(parse(stdout).objects.map(({ object }: { object: object }) => object)).toMatchObject([
      { name: 'web' },
      { name: 'other' },
    ]);
  });

  it('reads standard input, and needs no cluster', async () => {
    const { code, stdout, stderr } = await runProgram(['explain', '-f', '-'], DEPLOYMENT);

    expect(code).toBe(0);
    expect(stdout).toContain('(the pod template, standard input:8)');
    expect(stderr).toContain('no cluster is configured');
  });

  it('says after which sidecar of a mesh the ambassador starts', async () => {
    const { stdout } = await explainFile(
      DEPLOYMENT.concat('      initContainers: [{name: linkerd-proxy, restartPolicy: Always}]\n'),
    );

    expect(stdout).toMatch(
      /\(pod\) +added +1 container: ambassador, which starts after linkerd-proxy$/m,
    );
  });

  it('says which annotations have no effect, and why a document is passed on', async () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {annotations: {inject-metadata: "true"}}\n';
    const broken = 'kind: Pod\nspec: {{ .Values.spec }}: x\n';
    const { code, stdout, stderr } = await explainFile(
      `${service}---\n${broken}---\n${DEPLOYMENT}`,
    );

    expect(code).toBe(0);
    expect(stdout).toContain('Deployment shop/web: ');
    expect(stderr).toMatch(/manifest.yaml:3: Service \(no name\): inject-metadata has no effect/);
    expect(stderr).toMatch(/manifest.yaml:6: passed on as it is, .* a template/);
  });

  it('reports the line of a YAML error', async () => {
    const { code, stdout, stderr } = await explainFile('# inject-metadata\na: [\n');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/manifest\.yaml:\d+: /);
  });
});
