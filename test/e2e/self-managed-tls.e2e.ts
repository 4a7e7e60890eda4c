import { X509Certificate } from 'node:crypto';
import { expect } from 'vitest';
import { selfSigned } from '../../src/webhook/tls/certificate.ts';
import { kubectl, tryKubectl } from './kubectl.ts';
import { CA_SECRET } from './self-managed/account.ts';
import { bundlesOf, manifestOf } from './self-managed/configuration.ts';
import { startStream } from './self-managed/stream.ts';
import { type Installed, test } from './self-managed/suite.ts';
import { until } from './until.ts';

const HEALED_SECONDS = 15;

async function secretOf({ namespace }: Installed): Promise<Record<string, string>> {
  const { stdout } = await namespace.try(['get', 'secret', CA_SECRET, '-o', 'json']);
  const { data = {} }: { data?: Record<string, string> } = JSON.parse(stdout || '{}');
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

function toldBy({ replicas }: Installed, message: string): number {
  return replicas.reduce((sum, replica) => sum + replica.told(message).length, 0);
}

const HEALED = 'set the caBundle again: somebody else had changed it';

test('three replicas that start at once come to one CA, which the API server trusts for all of them', async ({
  installed,
}) => {
  const { configuration, namespace, replicas, readyMs } = installed;
  console.log(`ready after ${readyMs.join(', ')} ms`);
  const { 'tls.crt': cert = '', 'ca.crt': trusted } = await secretOf(installed);
  const stream = await startStream(namespace.name);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { created, failed } = await stream.stop();

  expect(toldBy(installed, 'made a new CA')).toBe(1);
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

async function stranger(): Promise<Record<string, string>> {
  const { cert, key } = await selfSigned({
    names: ['stranger.example'],
    addresses: [],
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': cert };
}

const GARBAGE = { 'tls.crt': 'garbage', 'tls.key': 'garbage', 'ca.crt': 'garbage' };

for (const [what, change] of [
  ['deleted', async ({ namespace }: Installed) => namespace.run(['delete', 'secret', CA_SECRET])],
  ['corrupted', (installed: Installed) => patchSecret(installed, GARBAGE)],
  ['emptied', (installed: Installed) => patchSecret(installed, undefined)],
  [
    'replaced by a stranger’s',
    async (installed: Installed) => patchSecret(installed, await stranger()),
  ],
] as const) {
  test(`a Secret that is ${what} is written again, and no create fails`, async ({ installed }) => {
    const { namespace, configuration } = installed;
    const before = await secretOf(installed);
    const bundles = await bundlesOf(configuration.name);
    const stream = await startStream(namespace.name);
    await change(installed);
    await until(
      HEALED_SECONDS,
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
  test(`a ${what} apply of a manifest that does not render caBundle leaves it alone`, async ({
    installed,
  }) => {
    const { configuration } = installed;
    const before = await bundlesOf(configuration.name);
    const healed = toldBy(installed, HEALED);
    const timeoutSeconds = what === 'client-side' ? 4 : 5;
    const manifest = manifestOf(configuration).replaceAll(
      '"timeoutSeconds":3',
      `"timeoutSeconds":${timeoutSeconds}`,
    );
    await kubectl(args, manifest);

    expect(await bundlesOf(configuration.name)).toEqual(before);
    expect(toldBy(installed, HEALED)).toBe(healed);
  });
}

test('a server-side apply of a manifest that renders an empty caBundle conflicts', async ({
  installed,
}) => {
  const manifest = manifestOf({ ...installed.configuration, caBundle: '' });
  const { code, stderr } = await tryKubectl(SERVER_SIDE, manifest);

  expect(code).not.toBe(0);
  expect(stderr).toMatch(/conflicts? with "podherald"/);
  expect(stderr).toContain('caBundle');
});

for (const [what, args, caBundle] of [
  ['a client-side apply that renders it empty', CLIENT_SIDE, ''],
  ['a server-side apply that is forced', [...SERVER_SIDE, '--force-conflicts'], ''],
  ['kubectl replace', ['replace', '-f', '-'], undefined],
] as const) {
  test(`a caBundle that is emptied by ${what} is set again`, async ({ installed }) => {
    const { configuration } = installed;
    const before = await bundlesOf(configuration.name);
    const healed = toldBy(installed, HEALED);
    const rendered = { ...configuration, ...(caBundle !== undefined && { caBundle }) };
    await kubectl(args, manifestOf(rendered));
    const bundles = await until(
      HEALED_SECONDS,
      () => bundlesOf(configuration.name),
      (now) => now.every(Boolean),
    );

    expect(bundles).toEqual(before);
    expect(toldBy(installed, HEALED)).toBeGreaterThan(healed);
  });
}
