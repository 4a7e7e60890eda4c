import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Connection, type Credentials, connectTo } from '../../src/cluster/connection.ts';
import type { KeyPair } from '../../src/webhook/tls/certificate.ts';
import { makePair } from '../support/certificates.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

const NEVER = new AbortController().signal;
const accept = 'application/json';
const answerPath: RequestListener = (request, response) => response.end(request.url);

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function connection(url: string, credentials: Credentials = async () => ({}), clock?: FakeClock) {
  const made = connectTo(url, credentials, clock ?? fakeClock());
  onTestFinished(() => made.close());
  return made;
}

async function bodyAt(from: Connection, path: string): Promise<string> {
  return text((await from.get(path, { accept, signal: NEVER })).body);
}

describe('a connection to an API server', () => {
  it('keeps a path in the address of the server, as proxies use it', async () => {
    const port = await portOf(createHttpServer(answerPath));

    const from = connection(`http://127.0.0.1:${port}/k8s/clusters/c-1/`);
    expect(await bodyAt(from, '/version?x=1')).toBe('/k8s/clusters/c-1/version?x=1');
  });

  it('loads the credentials for each request, so that a renewed token is used', async () => {
    const port = await portOf(
      createHttpServer((r, response) => response.end(r.headers['x-token'])),
    );
    let count = 0;
    const from = connection(`http://127.0.0.1:${port}`, async () => ({
      headers: { 'x-token': String(++count) },
    }));

    expect([await bodyAt(from, '/'), await bodyAt(from, '/')]).toEqual(['1', '2']);
  });

  it('trusts the CA of its credentials, and a renewed CA at once', async () => {
    const [old, renewed] = [await makePair(), await makePair()];
    const server = (pair: KeyPair) => createTlsServer({ ...pair, keepAlive: true }, answerPath);
    const first = server(old);
    const port = await portOf(first);
    let { cert: ca } = old;
    const from = connection(`https://127.0.0.1:${port}`, async () => ({ ca }));
    expect(await bodyAt(from, '/a')).toBe('/a');

    first.setSecureContext(renewed);
    first.closeAllConnections();
    await expect(bodyAt(from, '/b')).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    ca = renewed.cert;
    expect(await bodyAt(from, '/c')).toBe('/c');
  });

  it('gives up a peer that accepts the connection but does not answer', async () => {
    const peer = createTcpServer({ pauseOnConnect: true });
    const isTaken = once(peer, 'connection');
    const clock = fakeClock();
    const from = connection(`https://127.0.0.1:${await portOf(peer)}`, async () => ({}), clock);
    const get = from.get('/', { accept, signal: NEVER });
    await isTaken;
    clock.pass(3_000);

    await expect(get).rejects.toThrow('no connection in 3000 ms');
    expect(clock.limits).toBe(0);
  });

  it('does not limit the time of a response', async () => {
    const server = createHttpServer((_request, response) => {
      clock.pass(3_000);
      response.end('late');
    });
    const clock = fakeClock();
    const from = connection(`http://127.0.0.1:${await portOf(server)}`, async () => ({}), clock);

    expect(await bodyAt(from, '/')).toBe('late');
  });

  it('repeats a GET if an idle connection closes just as it is used', async () => {
    let requests = 0;
    const server = createHttpServer((_request, response) => {
      requests++;
      if (requests === 2) response.socket?.resetAndDestroy();
      else response.end(String(requests));
    });
    const from = connection(`http://127.0.0.1:${await portOf(server)}`);

    expect(await bodyAt(from, '/')).toBe('1');
    expect(await bodyAt(from, '/')).toBe('3');
  });

  it('does not repeat a GET if a new connection is reset', async () => {
    const server = createHttpServer((_request, response) => response.socket?.resetAndDestroy());
    const from = connection(`http://127.0.0.1:${await portOf(server)}`);

    await expect(bodyAt(from, '/')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('sends a body with its type and length', async () => {
    const server = createHttpServer(async (request, response) => {
      const { method, headers } = request;
      const sent = [method, headers['content-type'], headers['x-token'], await text(request)];
      response.writeHead(201).end(sent.join(' '));
    });
    const credentials = async () => ({ headers: { 'x-token': 't' } });
    const from = connection(`http://127.0.0.1:${await portOf(server)}`, credentials);
    const content = { accept, contentType: 'application/json', body: '{"ä":1}', signal: NEVER };
    const answer = await from.send('PUT', '/x', content);

    expect(answer.status).toBe(201);
    expect(await text(answer.body)).toBe('PUT application/json t {"ä":1}');
  });

  it('does not repeat a write if an idle connection closes: it may have been done', async () => {
    let requests = 0;
    const server = createHttpServer((_request, response) => {
      requests++;
      if (requests === 2) response.socket?.resetAndDestroy();
      else response.end('obeyed');
    });
    const from = connection(`http://127.0.0.1:${await portOf(server)}`);
    const content = { accept, contentType: 'application/json', body: '{}', signal: NEVER };
    await text((await from.send('POST', '/x', content)).body);

    await expect(from.send('POST', '/x', content)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(2);
  });

  it('does not wait for credentials after the request was aborted', async () => {
    const from = connection('http://127.0.0.1:1', () => new Promise(() => {}));
    const signal = AbortSignal.abort(new Error('given up'));

    await expect(from.get('/', { accept, signal })).rejects.toThrow('given up');
  });
});
