import { describe, expect, it } from 'vitest';
import { DEPLOYMENT, explainFile, file, NO_CLUSTER } from '../support/explain-file.ts';
import { fakeObjects } from '../support/fake-objects.ts';
import { cluster, namespaceObject, WEBHOOKS } from '../support/live-objects.ts';
import { runCommand } from '../support/run-command.ts';

const GOOD = DEPLOYMENT.replace(
  '        env: [{name: POD_NAME, value: mine}]\n',
  '        resources: {limits: {memory: 1Mi}}\n',
);

function namespaceWith(key: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {${key}: "yes"}}\n`;
}

describe('explain --exit-code', () => {
  it.each([
    ['a workload that gets what it requests', GOOD],
    [
      'a variable that the workload sets itself',
      GOOD.concat('        env: [{name: POD_NAME, value: mine}]\n'),
    ],
    ['a workload that requests nothing', GOOD.replace(/ {4}metadata:[\s\S]*?(?= {4}spec:)/, '')],
    ['no workload', 'apiVersion: v1\nkind: ConfigMap\n'],
  ])('is 0 for %s', async (_name, text) => {
    const { code, stderr } = await explainFile(text, '--exit-code');

    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  it.each([
    [
      'an invalid value',
      GOOD.replace('"true"', '"yes"'),
      /1 problem: Deployment shop\/web; the reasons are above/,
    ],
    ['an invalid default of a Namespace', namespaceWith('inject-metadata'), /1 note, see above/],
    ['a misspelt key on a Namespace', namespaceWith('inject-metdata'), /1 note, see above/],
    [
      'a Namespace with an annotation for pods',
      namespaceWith('podherald.dev/metadata-env'),
      /1 note/,
    ],
    ['hostNetwork', GOOD.concat('      hostNetwork: true\n'), /1 problem/],
    ['a misspelt key', GOOD.replace('inject-metadata', 'inject_metadata'), /1 problem/],
    [
      'a misplaced annotation',
      GOOD.replace(
        'namespace: shop}',
        'namespace: shop, annotations: {inject-metadata: "true"}}',
      ).replace('        inject-metadata: "true"\n', ''),
      /1 problem/,
    ],
    [
      'an annotation without effect',
      `${GOOD}---\napiVersion: v1\nkind: Service\nmetadata: {name: s, annotations: {inject-metadata: "true"}}\n`,
      /1 note, see above/,
    ],
    ['a malformed pod', GOOD.replace(/containers:[\s\S]*/, 'containers: 1\n'), /1 problem/],
  ])('is 1 for %s, and 0 without the flag', async (_name, text, message) => {
    const args = ['explain', '-f', file(text)];
    const checked = await runCommand([...args, '--exit-code'], NO_CLUSTER);
    const shown = await runCommand(args, NO_CLUSTER);

    expect(checked.code).toBe(1);
    expect(checked.stderr).toMatch(message);
    expect(shown).toMatchObject({ code: 0, stdout: checked.stdout });
  });

  it('is 1 if the API server does not call the webhook', async () => {
    const fake = await fakeObjects(
      cluster([], { [WEBHOOKS]: [], '/api/v1/namespaces/shop': namespaceObject('shop') }),
    );
    const args = ['explain', '-f', file(GOOD), '--exit-code'];

    expect(await runCommand(args, fake.kubeconfig)).toMatchObject({ code: 1 });
  });
});
