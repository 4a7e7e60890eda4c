import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Connections, limitConnections } from '../../../src/webhook/server/connections.ts';

/** A port with at most three connections. It answers /slow never and everything else at once. */
async function start(maxPipelined = 10) {
  const server: Server = createServer((request, response) => {
    if (connections.begin(request, response) && request.url !== '/slow') response.end('ok\n');
  });
  const connections: Connections = limitConnections(server, { maxConnections: 3, maxPipelined });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    connections.closeAll();
    server.close();
  });
  return { server, connections };
}

/** A client, once the server has accepted it. */
async function open(server: Server): Promise<Client> {
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  await accepted;
  return { socket, ended };
}

interface Client {
  readonly socket: Socket;
  readonly ended: Promise<void>;
}

async function get({ socket }: Client): Promise<void> {
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  let text = '';
  for await (const [chunk] of eventsOf(socket)) {
    text += chunk;
    if (text.endsWith('ok\n')) return;
  }
}

async function* eventsOf(socket: Socket): AsyncGenerator<[string]> {
  while (!socket.destroyed) {
    yield [await new Promise((resolve) => socket.once('data', (data) => resolve(String(data))))];
  }
}

/** Sends a request that is never answered, and waits until the server has its headers. */
async function occupy(server: Server, { socket }: Client): Promise<void> {
  const arrived = new Promise((resolve) => server.once('request', resolve));
  socket.write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n');
  await arrived;
}

describe('a port with as many connections as it may have', () => {
  it('ends the one that was never used for a new one, and not those that were served', async () => {
    const { server } = await start();
    const [served, unused, later] = [await open(server), await open(server), await open(server)];
    await get(served);
    await get(later);
    const fresh = await open(server);
    await unused.ended;
    await get(fresh);
    await get(served);
    await get(later);
  });

  it('ends the one that was idle for the longest time if all were served', async () => {
    const { server } = await start();
    const [one, two, three] = [await open(server), await open(server), await open(server)];
    await get(two);
    await get(one);
    await get(three);
    const fresh = await open(server);
    await two.ended;
    await get(fresh);
    await get(one);
    await get(three);
  });

  it('ends the new one if all others have a request', async () => {
    const { server } = await start();
    for (let i = 0; i < 3; i++) await occupy(server, await open(server));
    const fresh = await open(server);
    await fresh.ended;
  });

  it('has room again after a connection has ended', async () => {
    const { server } = await start();
    const clients = [await open(server), await open(server), await open(server)];
    for (const client of clients) await occupy(server, client);
    const ended = new Promise((resolve) =>
      server.once('connection', (socket: Socket) => socket.once('close', resolve)),
    );
    await (await open(server)).ended;
    await ended;
    clients[0]?.socket.destroy();
    await expect
      .poll(async () => {
        const client = await open(server);
        return Promise.race([get(client).then(() => 'served'), client.ended.then(() => 'ended')]);
      })
      .toBe('served');
  });
});

describe('a connection', () => {
  it('is ended if it sends more requests than it may before the first response', async () => {
    const { server } = await start(2);
    const client = await open(server);
    client.socket.write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(3));
    await client.ended;
  });
});
