import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { KUBECTL } from './kubectl.ts';
import type { Namespace } from './namespace.ts';
import {
  container,
  deployment,
  type KubeObject,
  pod,
  podSpec,
  REQUEST_METADATA,
} from './objects.ts';
import { runWithEmptyConfig } from './podherald-cli.ts';
import { test } from './suite.ts';
import { until } from './until.ts';

interface Found {
  readonly owner: { readonly kind: string; readonly name: string };
  readonly pods?: readonly string[];
  readonly reason?: string;
  readonly remedy: { readonly commands: readonly string[] };
}

interface Audit {
  readonly code: number;
  readonly missing: readonly Found[];
  readonly misplaced: readonly Found[];
}

async function audit(namespace: Namespace): Promise<Audit> {
  const args = ['audit', '-n', namespace.name, '-o', 'json'];
  const { code, stdout, stderr } = await runWithEmptyConfig(args);
  if (stdout === '') throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
}

/** Runs a command in bash, as a user does who copies it from the output. */
async function runInShell(line: string): Promise<void> {
  // Without `command`, a KUBECTL without a path is this function itself.
  const kubectl = `kubectl() { command "${KUBECTL}" "$@"; }`;
  await promisify(execFile)('bash', ['-c', `set -o pipefail; ${kubectl}; ${line}`]);
}

function misplaced(name: string): KubeObject {
  const plain = deployment(name, {});
  return { ...plain, metadata: { ...plain.metadata, annotations: REQUEST_METADATA } };
}

test('podherald audit finds the pods that are missing an injection, and its commands repair them', async ({
  makeBareNamespace,
  webhook,
}) => {
  const namespace = await makeBareNamespace();
  await namespace.apply(deployment('web', REQUEST_METADATA));
  await namespace.apply(misplaced('wrong'));
  await namespace.apply(
    pod({ name: 'bare', annotations: REQUEST_METADATA }, podSpec([container('app')])),
  );
  for (const name of ['web', 'wrong']) {
    await namespace.wait(`deployment/${name}`, 'condition=Available');
  }
  await namespace.running('pod/bare');
  expect(await audit(namespace)).toMatchObject({ code: 1 });
  await webhook.select(namespace);

  const found = await audit(namespace);

  expect(found.missing.map(({ owner, pods }) => [owner, pods?.length])).toEqual([
    [{ kind: 'Deployment', name: 'web' }, 1],
    [{ kind: 'Pod', name: 'bare' }, 1],
  ]);
  expect(found.misplaced.map(({ owner }) => owner)).toEqual([
    { kind: 'Deployment', name: 'wrong' },
  ]);

  const commands = [...found.missing, ...found.misplaced].flatMap(({ remedy }) => remedy.commands);
  for (const command of commands) await runInShell(command);
  const fixed = await until(
    90,
    () => audit(namespace),
    ({ code }) => code === 0,
  );

  expect(fixed).toMatchObject({ missing: [], misplaced: [] });
  const [wrong] = await namespace.podsOf('app=wrong');
  expect(wrong?.metadata.annotations).toHaveProperty(['podherald.dev/status']);
});
