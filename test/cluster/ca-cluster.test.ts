import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { caCluster } from '../../src/cluster/ca-cluster.ts';
import { connectTo } from '../../src/cluster/connection.ts';
import { logLines } from '../support/log-lines.ts';
import { fakeClock } from './fake-clock.ts';
import { eventually } from './informed.ts';

interface Seen {
  readonly request: string;
  readonly body: unknown;
}

type Reply = readonly [status: number, body: object];

const SECRETS = '/api/v1/namespaces/ns/secrets';
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const MANAGED = '?fieldManager=podherald';
const DATA = { 'tls.crt': 'cert', 'tls.key': 'key', 'ca.crt': 'ca' };

/** A server that answers each request with the next reply, as the objects of self-managed certificates. */
async function cluster(...replies: Reply[]) {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const body = await text(request);
    seen.push({ request: `${request.method} ${request.url}`, body: body && JSON.parse(body) });
    return replies.shift() ?? [500, { message: 'no reply is left' }];
  };
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status).end(`${JSON.stringify(body)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = connectTo(`http://127.0.0.1:${port}`, async () => ({}), fakeClock());
  onTestFinished(() => {
    connection.close();
    server.close();
  });
  const names = { namespace: 'ns', secret: 'ca', configuration: 'own' };
  return { seen, ...caCluster(connection, names, logLines().log, fakeClock()) };
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}

const ENCODED = { 'tls.crt': base64('cert'), 'tls.key': base64('key'), 'ca.crt': base64('ca') };
const STORED = {
  metadata: { name: 'ca', resourceVersion: '7', labels: { team: 'x' } },
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': base64('old'), other: 'AAA=' },
};
const webhook = (caBundle?: string) => ({ name: 'a', clientConfig: { url: 'x', caBundle } });
const configuration = (version: string, ...webhooks: object[]) => ({
  metadata: { name: 'own', resourceVersion: version },
  webhooks,
});

describe('the Secret of the CA', () => {
  it('is created in the namespace, and a Secret that exists already is a conflict', async () => {
    const { secret, seen } = await cluster([404, {}], [201, {}], [409, {}]);

    expect(await secret.read()).toBeUndefined();
    expect(await secret.create(DATA)).toBe('written');
    expect(await secret.create(DATA)).toBe('conflict');
    expect(seen[1]).toMatchObject({
      request: `POST ${SECRETS}${MANAGED}`,
      body: { metadata: { name: 'ca', namespace: 'ns' }, data: ENCODED },
    });
  });

  it('is updated only if it is as it was read, and keeps its other data', async () => {
    const { secret, seen } = await cluster([200, STORED], [200, {}], [409, {}], [404, {}]);
    const found = await secret.read();

    expect(found?.data).toEqual({ 'tls.crt': 'old' });
    expect(await found?.update(DATA)).toBe('written');
    expect(await found?.update(DATA)).toBe('conflict');
    expect(await found?.update(DATA)).toBe('conflict');
    expect(seen[1]).toEqual({
      request: `PUT ${SECRETS}/ca${MANAGED}`,
      body: { ...STORED, data: { ...ENCODED, other: 'AAA=' } },
    });
  });

  it('names the remedy if it is immutable or must not be read', async () => {
    const refusal = { message: 'secrets "ca" is forbidden' };
    const { secret } = await cluster([200, { ...STORED, immutable: true }], [403, refusal]);
    const found = await secret.read();

    await expect(found?.update(DATA)).rejects.toThrow('kubectl delete secret ca -n ns');
    await expect(secret.read()).rejects.toThrow(/"ca" is forbidden.*podherald manifests/);
  });
});

describe('the MutatingWebhookConfiguration', () => {
  it('gets the caBundle in each entry that differs, only if it is as it was read', async () => {
    const good = base64('good');
    const stored = configuration('7', webhook(), webhook(good), webhook(''));
    const { configuration: own, seen } = await cluster([200, stored], [200, {}]);
    const found = await own.read();

    expect(found?.bundles).toEqual(['', 'good', '']);
    expect(await found?.setBundle('good')).toBe('written');
    expect(seen[1]).toEqual({
      request: `PATCH ${CONFIGURATIONS}/own${MANAGED}`,
      body: [
        { op: 'test', path: '/metadata/resourceVersion', value: '7' },
        { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: good },
        { op: 'add', path: '/webhooks/2/clientConfig/caBundle', value: good },
      ],
    });
  });

  it('distinguishes a failed test from a rejected object, although both are 422', async () => {
    const [before, after] = [configuration('7', webhook()), configuration('8', webhook())];
    const { configuration: own } = await cluster(
      ...([
        [200, before],
        [422, {}],
        [200, after],
        [422, {}],
        [200, before],
      ] satisfies Reply[]),
    );
    const found = await own.read();

    expect(await found?.setBundle('good')).toBe('conflict');
    await expect(found?.setBundle('good')).rejects.toThrow('rejects the new caBundle');
  });

  it('names who changed it last: of two changes in one second, not podherald', async () => {
    const time = '2030-01-01T00:00:00Z';
    const managers = [
      { manager: 'gitops', time },
      { manager: 'podherald', time },
      { manager: 'kubectl', time: '2029-01-01T00:00:00Z' },
    ];
    const stored = configuration('7', webhook());
    const metadata = { ...stored.metadata, managedFields: managers };
    const { configuration: own } = await cluster([200, { ...stored, metadata }]);

    expect(await own.read()).toMatchObject({ changedBy: 'gitops', changedAt: new Date(time) });
  });
});

describe('the watch of both', () => {
  it('asks for these two objects only, and calls back for every event', async () => {
    const event = { type: 'ADDED', object: configuration('7') };
    const { watch, seen } = await cluster([200, event], [200, event]);
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    let calls = 0;
    watch(() => {
      calls++;
    }, stopping.signal);

    await eventually(() => calls).toBeGreaterThanOrEqual(2);
    const urls = seen.slice(0, 2).map(({ request }) => request);
    expect(urls.sort()).toEqual([
      expect.stringMatching(
        /^GET \/api\/v1.*\/secrets\?watch=true&fieldSelector=metadata.name%3Dca&/,
      ),
      expect.stringMatching(/^GET \/apis\/.*\?watch=true&fieldSelector=metadata.name%3Down&/),
    ]);
  });
});
