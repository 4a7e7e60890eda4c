import { X509Certificate } from 'node:crypto';
import { expect } from 'vitest';
import { selfSigned } from '../../src/webhook/tls/certificate.ts';
import { kubectl, tryKubectl } from './kubectl.ts';
import { bundlesOf, CA_SECRET, manifestOf } from './self-managed/objects.ts';
import { startStream } from './self-managed/stream.ts';
import { type Installed, test } from './self-managed/suite.ts';
import { until } from './until.ts';

const RESTORE_SECONDS = 15;

async function secretOf({ namespace }: Installed): Promise<Record<string, string>> {
  const { stdout } = await namespace.try(['get', 'secret', CA_SECRET, '-o', 'json']);
  const { data = {} }: { data?: Record<string, string> } = JSON.parse(stdout || '{}');
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

function countLogLines({ replicas }: Installed, message: string): number {
  return replicas.reduce((sum, replica) => sum + replica.logLines(message).length, 0);
}

const RESTORED = 'another client had changed the caBundle; set it again';

test('three replicas that start at the same time agree on one CA, and the API server trusts all three', async ({
  installed,
}) => {
  const { configuration, namespace, replicas, readyMs } = installed;
  console.log(`ready after ${readyMs.join(', ')} ms`);
  const { 'tls.crt': cert = '', 'ca.crt': trusted } = await secretOf(installed);
  const stream = await startStream(namespace.name);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { created, failed } = await stream.stop();

  expect(countLogLines(installed, 'created a new CA')).toBe(1);
  expect(new X509Certificate(cert).ca).toBe(true);
  expect(trusted).toBe(cert);
  expect(await bundlesOf(configuration.name)).toEqual([cert, cert, cert]);
  expect(failed).toEqual([]);
  expect(created).toBeGreaterThan(10);
  for (const replica of replicas) {
    const metrics = await replica.metrics();
    const [, expires] =
      /^podherald_certificate_expiry_timestamp_seconds (\S+)$/m.exec(metrics) ?? [];
    expect(metrics).toMatch(/^podherald_reviews_total\{outcome="(injected|unchanged)".*\} [1-9]/m);
    expect(Number(expires) * 1000 - Date.now()).toBeGreaterThan(6 * 24 * 3600 * 1000);
  }
});

async function otherCertificate(): Promise<Record<string, string>> {
  const { cert, key } = await selfSigned({
    names: ['other.example'],
    addresses: [],
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': cert };
}

const GARBAGE = { 'tls.crt': 'garbage', 'tls.key': 'garbage', 'ca.crt': 'garbage' };

for (const [what, change] of [
  [
    'is deleted',
    async ({ namespace }: Installed) => namespace.run(['delete', 'secret', CA_SECRET]),
  ],
  ['has invalid content', (installed: Installed) => patchSecret(installed, GARBAGE)],
  ['is emptied', (installed: Installed) => patchSecret(installed, undefined)],
  [
    'has another certificate',
    async (installed: Installed) => patchSecret(installed, await otherCertificate()),
  ],
] as const) {
  test(`a Secret that ${what} is restored, and no create fails`, async ({ installed }) => {
    const { namespace, configuration } = installed;
    const before = await secretOf(installed);
    const bundles = await bundlesOf(configuration.name);
    const stream = await startStream(namespace.name);
    await change(installed);
    await until(
      RESTORE_SECONDS,
      () => secretOf(installed),
      (after) => after['tls.crt'] === before['tls.crt'] && after['tls.key'] === before['tls.key'],
    );
    const { failed, created } = await stream.stop();

    expect(failed).toEqual([]);
    expect(created).toBeGreaterThan(0);
    expect(await bundlesOf(configuration.name)).toEqual(bundles);
  });
}

async function patchSecret({ namespace }: Installed, stringData: object | undefined) {
  const patch = stringData === undefined ? { data: null } : { stringData };
  return namespace.run(['patch', 'secret', CA_SECRET, '--type=merge', '-p', JSON.stringify(patch)]);
}

const CLIENT_SIDE = ['apply', '-f', '-'];
const SERVER_SIDE = ['apply', '--server-side', '--field-manager=gitops', '-f', '-'];

for (const [what, args] of [
  ['client-side', CLIENT_SIDE],
  ['server-side', [...SERVER_SIDE, '--force-conflicts']],
] as const) {
  test(`a ${what} apply of a manifest without caBundle does not change the caBundle`, async ({
    installed,
  }) => {
    const { configuration } = installed;
    const before = await bundlesOf(configuration.name);
    const restores = countLogLines(installed, RESTORED);
    const timeoutSeconds = what === 'client-side' ? 4 : 5;
    const manifest = manifestOf(configuration).replaceAll(
      '"timeoutSeconds":3',
      `"timeoutSeconds":${timeoutSeconds}`,
    );
    await kubectl(args, manifest);

    expect(await bundlesOf(configuration.name)).toEqual(before);
    expect(countLogLines(installed, RESTORED)).toBe(restores);
  });
}

test('a server-side apply of a manifest with an empty caBundle fails with a conflict', async ({
  installed,
}) => {
  const manifest = manifestOf({ ...installed.configuration, caBundle: '' });
  const { code, stderr } = await tryKubectl(SERVER_SIDE, manifest);

  expect(code).not.toBe(0);
  expect(stderr).toMatch(/conflicts? with "podherald"/);
  expect(stderr).toContain('caBundle');
});

for (const [what, args, caBundle] of [
  ['a client-side apply of a manifest with an empty caBundle', CLIENT_SIDE, ''],
  ['a forced server-side apply', [...SERVER_SIDE, '--force-conflicts'], ''],
  ['kubectl replace', ['replace', '-f', '-'], undefined],
] as const) {
  test(`a caBundle that ${what} removes is restored`, async ({ installed }) => {
    const { configuration } = installed;
    const before = await bundlesOf(configuration.name);
    const restores = countLogLines(installed, RESTORED);
    const rendered = { ...configuration, ...(caBundle !== undefined && { caBundle }) };
    await kubectl(args, manifestOf(rendered));
    const bundles = await until(
      RESTORE_SECONDS,
      () => bundlesOf(configuration.name),
      (now) => now.every(Boolean),
    );

    expect(bundles).toEqual(before);
    // The replica logs it when the API server has answered, which may be after the test has seen it.
    await until(
      RESTORE_SECONDS,
      async () => countLogLines(installed, RESTORED),
      (count) => count > restores,
    );
  });
}
