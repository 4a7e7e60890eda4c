import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Access } from '../../src/core/decision/rules.ts';
import { proxyArguments } from '../../src/core/injection/kubectl-proxy.ts';
import { runProgram } from '../support/run-program.ts';
import { outcomeOf, PASSES, request } from './access/request.ts';
import { kubectl, startProxy, tryKubectl } from './kubectl.ts';
import { Namespace, RUN_LABELS } from './namespace.ts';
import { until } from './until.ts';

let own: Namespace;
let other: Namespace;

beforeAll(async () => {
  [own, other] = await Promise.all([Namespace.make(), Namespace.make()]);
});

afterAll(() => Promise.all([own, other].map((namespace) => namespace?.remove())));

/** The arguments of `kubectl auth can-i`. `other:` stands for the other namespace. */
const PERMISSIONS: readonly Permissions[] = [
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

interface Permissions {
  readonly access: Access;
  readonly flags: readonly string[];
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

test.each(PERMISSIONS)(
  'podherald rbac --access $access $flags grants exactly the documented permissions',
  async ({ access, flags, yes, no }) => {
    const account = flags.length === 0 ? access : `${access}-more`;
    await grant(account, ['--access', access, ...flags]);

    const expected = Object.fromEntries([
      ...yes.map((one) => [one, 'yes']),
      ...no.map((one) => [one, 'no']),
    ]);
    const current = () => canI(account, Object.keys(expected));
    // The API server uses a new Role a moment after it is stored.
    await until(20, current, (found) => yes.every((one) => found[one] === 'yes'));
    expect(await current()).toEqual(expected);
  },
);

test('with the permissions of podherald rbac, an ambassador serves the app, and RBAC rejects the rest', async () => {
  await grant('app', ['--access', 'namespace']);
  const args = proxyArguments({ port: 0, access: 'namespace', namespace: own.name });
  const { port, close } = await startProxy([...args, `--as=${user('app')}`]);
  onTestFinished(() => void close());
  const get = (path: string) => outcomeOf(port, request(path, PASSES, `GET ${path}`).bytes);

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

/** Applies what `podherald rbac` prints with these flags, until the test is finished. */
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

/** Returns the result of `kubectl auth can-i` for each question: `yes` or `no`. */
async function canI(
  account: string,
  questions: readonly string[],
): Promise<Record<string, string>> {
  const found = await Promise.all(
    questions.map(async (question) => {
      const [, elsewhere, words = ''] = /^(other:)?(.*)$/.exec(question) ?? [];
      const namespace = elsewhere === undefined ? own : other;
      // kubectl exits with 1 if the result is no.
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
