/**
 * The hostile clients, a process of their own: `attacks.ts NAME PORT ADMIN_PORT SECONDS` attacks
 * 127.0.0.1 and prints one line of JSON (Tally) at the end. All of it is bounded: the number of
 * connections at a time, their total, and the time.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { readReview } from '../bench/review.ts';

/** What the clients did, and what they got for it. */
export type Tally = {
  /** Connections that were opened, and how many of them podherald ended. */
  opened: number;
  ended: number;
  /** Connections that podherald did not accept. */
  refused: number;
  /** Responses by HTTP status. */
  readonly statuses: Record<string, number>;
};

export type Attack = {
  /** What the clients do, for the table. */
  readonly what: string;
  readonly run: (clients: Clients) => Promise<unknown>;
};

const HOST = '127.0.0.1';
const MIB = 1024 * 1024;
const KIB = 1024;

/** All connections of a row. Each takes one of 28,000 ports of this machine for up to a minute. */
const MAX_OPENED = 10_000;

/** Connections being opened at a time. */
const MAX_OPENING = 100;

/** Between the end of a connection and the next one of the same client. */
const REOPEN_MS = 10;

/** Before the next attempt after a connection that was not accepted. */
const REFUSED_MS = 500;

/** The longest that a connection may take to open. */
const OPEN_LIMIT_MS = 10_000;

type Resettable = TLSSocket & { readonly reset: () => void };

class Clients {
  readonly port: number;
  readonly adminPort: number;
  readonly tally: Tally = { opened: 0, ended: 0, refused: 0, statuses: {} };
  readonly #endsAtMs: number;
  #opening = 0;

  constructor(port: number, adminPort: number, seconds: number) {
    this.port = port;
    this.adminPort = adminPort;
    this.#endsAtMs = performance.now() + seconds * 1000;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMs || this.tally.opened >= MAX_OPENED;
  }

  readonly tcp = (): Promise<Socket> => this.#open(this.#connect(this.port), 'connect');

  readonly admin = (): Promise<Socket> => this.#open(this.#connect(this.adminPort), 'connect');

  /** @param maxVersion only TLS 1.2 can renegotiate. */
  readonly tls = (maxVersion: 'TLSv1.3' | 'TLSv1.2' = 'TLSv1.3'): Promise<TLSSocket> => {
    const options = { host: HOST, port: this.port, rejectUnauthorized: false, maxVersion };
    return this.#open(connectTls(options), 'secureConnect');
  };

  /** A connection that can be reset. Node.js has no function for it, and crashes without the pipe. */
  readonly resettable = async (): Promise<Resettable> => {
    const tcp = this.#connect(this.port);
    // @types/node does not know this form of `from`.
    const ends = { readable: tcp, writable: tcp } as unknown as NodeJS.ReadableStream;
    const pipe = Duplex.from(ends).on('error', () => {});
    const socket = connectTls({ socket: pipe, rejectUnauthorized: false });
    const reset = () => tcp.resetAndDestroy();
    return Object.assign(await this.#open(socket, 'secureConnect'), { reset });
  };

  /**
   * Runs `count` clients until the time is over. Each opens a connection, uses it until either side
   * ends it, and opens the next one.
   */
  async crowd<S extends Socket>(
    count: number,
    open: () => Promise<S>,
    use: (socket: S) => Promise<unknown>,
  ): Promise<void> {
    const client = async (): Promise<void> => {
      while (!this.isOver) {
        while (this.#opening >= MAX_OPENING) await sleep(REOPEN_MS);
        if (this.isOver) return;
        const socket = await open().catch(() => undefined);
        if (socket === undefined) await sleep(REFUSED_MS);
        else {
          await use(socket);
          socket.destroy();
          await sleep(REOPEN_MS);
        }
      }
    };
    await Promise.all(Array.from({ length: count }, client));
  }

  #connect(port: number): Socket {
    // Every error also ends the connection.
    return connectTcp({ host: HOST, port }).on('error', () => {});
  }

  async #open<S extends Socket>(socket: S, opened: string): Promise<S> {
    this.#opening++;
    socket.on('data', (chunk: Buffer) => this.#count(chunk));
    socket.on('error', () => {});
    try {
      const closed = once(socket, 'close').then(() => Promise.reject(new Error('closed')));
      await Promise.race([once(socket, opened), closed, timeout(OPEN_LIMIT_MS)]);
    } catch (error) {
      this.tally.refused++;
      socket.destroy();
      throw error;
    } finally {
      this.#opening--;
    }
    this.tally.opened++;
    socket.once('end', () => this.tally.ended++);
    return socket;
  }

  #count(chunk: Buffer): void {
    const { statuses } = this.tally;
    for (const [, status = ''] of chunk.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  }
}

async function timeout(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error('timed out');
}

/** Waits until the connection is closed, or for so long. */
function closed(socket: Socket, limitMs: number): Promise<unknown> {
  if (socket.destroyed) return Promise.resolve();
  return Promise.race([once(socket, 'close').catch(() => {}), sleep(limitMs)]);
}

/** Writes, and waits until the other side has room for more. */
async function send(socket: Socket, data: Buffer | string): Promise<void> {
  if (socket.closed || socket.destroyed || socket.write(data)) return;
  await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
}

/** Calls `step` with a pause between the calls, until the connection or the time ends. */
async function untilClosed(
  clients: Clients,
  socket: Socket,
  pauseMs: number,
  step: () => unknown = () => {},
): Promise<void> {
  while (!socket.destroyed && !clients.isOver) {
    await step();
    // Without a pause, a socket that always has room would keep the event loop from its other work.
    await sleep(pauseMs);
  }
}

const head = (...fields: string[]): string =>
  [
    'POST /mutate?timeout=3s HTTP/1.1',
    'Host: podherald',
    'Content-Type: application/json',
    ...fields,
    '\r\n',
  ].join('\r\n');
const bodyOf = (bytes: number): string => head(`Content-Length: ${bytes}`);

/** Just below the limit of a body. */
const BIG_BYTES = 7 * MIB - KIB;

/** A JSON text of that size: one long string. */
const bigText = (): Buffer => Buffer.from(`"${'x'.repeat(BIG_BYTES - 2)}"`);

/** A JSON text of `{},`, which takes many times its size when it is parsed. */
const objects = (bytes: number): Buffer =>
  Buffer.from(`[${'{},'.repeat(Math.floor((bytes - 4) / 3))}{}]`);

/** Sends a body as fast as the connection takes it, and waits for the response. */
async function post(clients: Clients, socket: Socket, body: Buffer): Promise<void> {
  const response = once(socket, 'data').catch(() => {});
  await send(socket, bodyOf(body.length));
  for (let at = 0; at < body.length && !socket.destroyed; at += 64 * KIB) {
    await send(socket, body.subarray(at, at + 64 * KIB));
  }
  while (!socket.destroyed && !clients.isOver) {
    const answered = await Promise.race([response.then(() => true), sleep(100, false)]);
    if (answered) return;
  }
}

function stalledBodies(clients: Clients): Promise<void> {
  return clients.crowd(300, clients.tls, async (socket) => {
    await send(socket, bodyOf(MIB));
    await send(socket, Buffer.alloc(16 * KIB, 'x'));
    await untilClosed(clients, socket, 100);
  });
}

/** In the order of the table. */
export const ATTACKS = {
  none: {
    what: 'no hostile client',
    run: async (clients) => {
      while (!clients.isOver) await sleep(100);
    },
  },
  'slow-headers': {
    what: '500 connections send one header a second, and never the last',
    run: (clients) =>
      clients.crowd(500, clients.tls, async (socket) => {
        await send(socket, 'POST /mutate HTTP/1.1\r\nHost: podherald\r\n');
        await untilClosed(clients, socket, 1000, () => send(socket, 'X-More: x\r\n'));
      }),
  },
  'slow-bodies': {
    what: '300 connections send 1 KiB a second of a body of 1 MiB',
    run: (clients) =>
      clients.crowd(300, clients.tls, async (socket) => {
        await send(socket, bodyOf(MIB));
        await untilClosed(clients, socket, 1000, () => send(socket, Buffer.alloc(KIB, 'x')));
      }),
  },
  'half-open-tls': {
    what: '1,000 TCP connections never begin the TLS handshake',
    run: (clients) =>
      clients.crowd(1000, clients.tcp, (socket) => untilClosed(clients, socket, 100)),
  },
  idle: {
    what: '3,000 TLS connections send nothing',
    run: (clients) =>
      clients.crowd(3000, clients.tls, (socket) => untilClosed(clients, socket, 100)),
  },
  garbage: {
    what: '100 connections send random bytes: before the handshake, as a broken handshake, and after it',
    run: (clients) => {
      const noise = (prefix: number[]) => async (socket: Socket) => {
        await send(socket, Buffer.concat([Buffer.from(prefix), randomBytes(16 * KIB)]));
        await closed(socket, 500);
      };
      return Promise.all([
        clients.crowd(25, clients.tcp, noise([])),
        // The beginning of a ClientHello (RFC 8446, 5.1) of 8 KiB.
        clients.crowd(25, clients.tcp, noise([22, 3, 1, 0x20, 0, 1, 0, 0x1f, 0xfc, 3, 3])),
        clients.crowd(50, clients.tls, noise([])),
      ]);
    },
  },
  'endless-chunks': {
    what: '50 connections send a chunked body without end, in chunks of 64 KiB or of one byte',
    run: (clients) => {
      const chunks = (data: Buffer) => async (socket: Socket) => {
        await send(socket, head('Transfer-Encoding: chunked'));
        await untilClosed(clients, socket, 1, () => send(socket, data));
      };
      const large = Buffer.from(`10000\r\n${'x'.repeat(64 * KIB)}\r\n`);
      return Promise.all([
        clients.crowd(25, clients.tls, chunks(large)),
        clients.crowd(25, clients.tls, chunks(Buffer.from('1\r\nx\r\n'.repeat(1000)))),
      ]);
    },
  },
  'big-bodies': {
    what: '60 connections each send a body of 7 MiB at once, and hold back the last byte for 3 s',
    run: (clients) => {
      const body = bigText();
      return clients.crowd(60, clients.tls, async (socket) => {
        await send(socket, bodyOf(body.length));
        for (let at = 0; at < body.length - 1 && !socket.destroyed; at += 64 * KIB) {
          await send(socket, body.subarray(at, Math.min(at + 64 * KIB, body.length - 1)));
        }
        await closed(socket, 3000);
        await send(socket, body.subarray(-1));
        await closed(socket, 1000);
      });
    },
  },
  'many-objects': {
    what: '4 connections send bodies of 7 MiB and of 700 KiB that contain only `{},`',
    run: (clients) => {
      const bomb = (body: Buffer) => async (socket: Socket) => {
        await untilClosed(clients, socket, 1, () => post(clients, socket, body));
      };
      return Promise.all([
        clients.crowd(2, clients.tls, bomb(objects(BIG_BYTES))),
        clients.crowd(2, clients.tls, bomb(objects(700 * KIB))),
      ]);
    },
  },
  pipelined: {
    what: '50 connections send reviews without end, and read no response',
    run: (clients) => {
      const { body } = readReview(undefined);
      const request = Buffer.from(bodyOf(Buffer.byteLength(body)) + body);
      return clients.crowd(50, clients.tls, async (socket) => {
        socket.pause();
        await untilClosed(clients, socket, 1, () => send(socket, request));
      });
    },
  },
  reviews: {
    what: '50 connections send valid reviews, one after the other',
    run: (clients) => {
      const body = Buffer.from(readReview(undefined).body);
      return clients.crowd(50, clients.tls, async (socket) => {
        while (!socket.destroyed && !clients.isOver) await post(clients, socket, body);
      });
    },
  },
  'admin-port': {
    what: '50 connections to the admin port read `/metrics`, one time after the other',
    run: (clients) =>
      clients.crowd(50, clients.admin, async (socket) => {
        while (!socket.destroyed && !clients.isOver) {
          const response = once(socket, 'data').catch(() => {});
          await send(socket, 'GET /metrics HTTP/1.1\r\nHost: podherald\r\n\r\n');
          await Promise.race([response, sleep(1000)]);
        }
      }),
  },
  'body-resets': {
    what: '50 clients reset the connection in the middle of a body of 1 MiB, again and again',
    run: (clients) =>
      clients.crowd(50, clients.resettable, async (socket) => {
        await send(socket, bodyOf(MIB));
        await send(socket, Buffer.alloc(MIB / 2, 'x'));
        socket.reset();
      }),
  },
  'tls-handshakes': {
    what: '50 clients make TLS handshakes, one after the other',
    run: (clients) => clients.crowd(50, clients.tls, async () => {}),
  },
  'tls-renegotiation': {
    what: '20 connections with TLS 1.2 renegotiate again and again',
    run: (clients) =>
      clients.crowd(
        20,
        () => clients.tls('TLSv1.2'),
        async (socket) => {
          await untilClosed(clients, socket, 1, () => {
            const { promise, resolve } = Promise.withResolvers<void>();
            const isBegun = socket.renegotiate({ rejectUnauthorized: false }, () => resolve());
            return isBegun ? Promise.race([promise, sleep(1000)]) : sleep(1000);
          });
        },
      ),
  },
  sigterm: {
    what: 'SIGTERM while 300 connections have sent half a body, and then nothing',
    run: stalledBodies,
  },
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

export function isAttack(name: string): name is AttackName {
  return Object.hasOwn(ATTACKS, name);
}

async function main([name = '', port, adminPort, seconds]: readonly string[]): Promise<void> {
  if (!isAttack(name)) throw new Error(`no attack ${name}`);
  const clients = new Clients(Number(port), Number(adminPort), Number(seconds));
  // What still runs 5 s after the end waits for a podherald that does not respond.
  await Promise.race([ATTACKS[name].run(clients), sleep((Number(seconds) + 5) * 1000)]);
  process.stdout.write(`${JSON.stringify(clients.tally)}\n`, () => process.exit());
}

if (import.meta.main) await main(process.argv.slice(2));
