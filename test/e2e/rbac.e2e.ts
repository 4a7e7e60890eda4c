import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Access } from '../../src/core/decision/rules.ts';
import { proxyArguments } from '../../src/core/injection/kubectl-proxy.ts';
import { runProgram } from '../support/run-program.ts';
import { outcomeOf } from './access/answer.ts';
import { attack, PASSES } from './access/attack.ts';
import { startProxy } from './access/proxy.ts';
import { kubectl, tryKubectl } from './kubectl.ts';
import { Namespace, RUN_LABELS } from './namespace.ts';
import { until } from './until.ts';

let own: Namespace;
let other: Namespace;

beforeAll(async () => {
  [own, other] = await Promise.all([Namespace.make(), Namespace.make()]);
});

afterAll(() => Promise.all([own, other].map((namespace) => namespace?.remove())));

/** Questions as `kubectl auth can-i` takes them; `other:` asks about another namespace. */
const MAY: readonly Rights[] = [
  {
    access: 'namespace',
    flags: [],
    yes: ['list pods', 'watch deployments.apps', 'get configmaps', 'get endpointslices'],
    no: [
      'get secrets',
      'create configmaps',
      'get pods --subresource=log',
      'list nodes',
      'other:list pods',
    ],
  },
  {
    access: 'read-only',
    flags: [],
    yes: ['list pods', 'other:list pods', 'list nodes', 'list namespaces', 'watch jobs.batch'],
    no: ['get secrets', 'other:get secrets', 'get configmaps', 'create configmaps', 'delete pods'],
  },
  {
    access: 'full',
    flags: [],
    yes: [
      'patch configmaps',
      'update leases',
      'delete pods',
      'create pods --subresource=eviction',
      'patch deployments.apps --subresource=scale',
    ],
    no: [
      'get secrets',
      'create pods',
      'create pods --subresource=exec',
      'get pods --subresource=exec',
      'patch deployments.apps',
      'create serviceaccounts --subresource=token',
      'create rolebindings',
      'other:list pods',
    ],
  },
  {
    access: 'full',
    flags: ['--resources', 'namespaces,pods/log,certificates.cert-manager.io'],
    yes: ['create namespaces', 'get pods --subresource=log'],
    no: ['list pods', 'get secrets', 'create configmaps'],
  },
];

interface Rights {
  readonly access: Access;
  readonly flags: readonly string[];
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

test.each(MAY)(
  'podherald rbac --access $access $flags gives the rights that it says, and no others',
  async ({ access, flags, yes, no }) => {
    const account = flags.length === 0 ? access : `${access}-more`;
    await grant(account, ['--access', access, ...flags]);

    const expected = Object.fromEntries([
      ...yes.map((one) => [one, 'yes']),
      ...no.map((one) => [one, 'no']),
    ]);
    const asked = () => answers(account, Object.keys(expected));
    // Authorizers hear of a Role a moment after it is stored.
    await until(20, asked, (found) => yes.every((one) => found[one] === 'yes'));
    expect(await asked()).toEqual(expected);
  },
);

test('with those rights an ambassador serves the app, and RBAC is what refuses the rest', async () => {
  await grant('app', ['--access', 'namespace']);
  const args = proxyArguments({ port: 0, access: 'namespace', namespace: own.name });
  const { port, close } = await startProxy([...args, `--as=${user('app')}`]);
  onTestFinished(() => void close());
  const get = (path: string) => outcomeOf(port, attack(path, PASSES, `GET ${path}`).bytes);

  const inside = `/api/v1/namespaces/${own.name}`;
  await until(
    20,
    () => get(`${inside}/pods`),
    (outcome) => outcome === 'passes',
  );
  expect(
    await Promise.all(['/version', '/api', '/apis', '/openapi/v2', '/healthz'].map(get)),
  ).toEqual(Array.from({ length: 5 }, () => 'passes'));
  expect(await get(`${inside}/secrets`)).toBe('api');
  expect(await get(`/api/v1/namespaces/${other.name}/pods`)).toBe('filter');
});

/** Applies what the command prints, and takes it away with the test. */
async function grant(account: string, flags: readonly string[]): Promise<void> {
  const args = ['rbac', ...flags, '-n', own.name, '--service-account', account];
  const { stdout, stderr } = await runProgram(args);
  expect(stderr).toBe('');
  onTestFinished(async () => {
    await kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], stdout);
  });
  await kubectl(['apply', '-f', '-'], stdout);
  const labels = Object.entries(RUN_LABELS).map(([key, value]) => `${key}=${value}`);
  await kubectl(['label', '-f', '-', ...labels], stdout);
}

async function answers(
  account: string,
  questions: readonly string[],
): Promise<Record<string, string>> {
  const found = await Promise.all(
    questions.map(async (question) => {
      const [, elsewhere, words = ''] = /^(other:)?(.*)$/.exec(question) ?? [];
      const namespace = elsewhere === undefined ? own : other;
      // It ends in 1 when it says no.
      const { stdout } = await tryKubectl([
        ...['auth', 'can-i', ...words.split(' ')],
        ...[`--namespace=${namespace.name}`, `--as=${user(account)}`],
      ]);
      return [question, stdout.trim()];
    }),
  );
  return Object.fromEntries(found);
}

function user(account: string): string {
  return `system:serviceaccount:${own.name}:${account}`;
}
