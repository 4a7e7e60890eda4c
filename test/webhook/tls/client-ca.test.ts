import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../src/errors.ts';
import { type ClientCaSource, clientCaFile } from '../../../src/webhook/tls/client-ca.ts';
import { makeFolder, makePair } from '../../support/certificates.ts';
import { makeClientCa } from '../../support/client-certificates.ts';
import { connectTo, postTo, readUntil } from '../../support/https.ts';
import { makeReview, REQUESTING_POD } from '../../support/review.ts';
import { startTestServer, steady } from '../../support/running-server.ts';

const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));
const NOW = new Date('2030-01-01');
const pair = await makePair();
const ca = await makeClientCa();
const otherCa = await makeClientCa();
const expiredCa = await makeClientCa(new Date('2029-01-01'));
const client = await ca.issue();
const otherClient = await otherCa.issue();
const selfSignedClient = await makePair();
const serverOfCa = await ca.issue('server');

/** A server with a file of CAs, and promises for its next change and its next fault. */
async function startWith(pem: string) {
  const file = join(makeFolder(), 'ca.crt');
  writeFileSync(file, pem);
  const change = Promise.withResolvers<void>();
  const complaint = Promise.withResolvers<AppError>();
  const source = clientCaFile(file, { now: () => NOW, onInvalid: complaint.resolve });
  const clientCa: ClientCaSource = {
    ...source,
    start: (onChange) =>
      source.start((next) => {
        onChange(next);
        change.resolve();
      }),
  };
  const server = await startTestServer({ certificates: steady(pair), clientCa });
  const write = (text: string): void => writeFileSync(file, text);
  return { ...server, write, change: change.promise, complaint: complaint.promise };
}

describe('a webhook with the CA of its clients', () => {
  it('answers a client with a certificate of the CA', async () => {
    const { url } = await startWith(ca.pem);

    expect((await postTo(url, REVIEW, { ca: pair.cert, ...client })).statusCode).toBe(200);
  });

  it.each([
    ['no certificate', {}],
    ['a certificate of another CA', otherClient],
    ['a self-signed certificate', selfSignedClient],
    ['a certificate for servers', serverOfCa],
  ])('ends the connection of a client with %s', async (_, certificate) => {
    const { url, lines } = await startWith(ca.pem);

    await expect(postTo(url, REVIEW, { ca: pair.cert, ...certificate })).rejects.toThrow();
    expect(lines).toEqual([]);
  });

  it('answers kubelet and Prometheus on the admin port without a certificate', async () => {
    const { adminUrl } = await startWith(ca.pem);

    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  });

  it('accepts clients of several CAs', async () => {
    const { url } = await startWith(ca.pem + expiredCa.pem + otherCa.pem);

    expect((await postTo(url, REVIEW, { ca: pair.cert, ...client })).statusCode).toBe(200);
    expect((await postTo(url, REVIEW, { ca: pair.cert, ...otherClient })).statusCode).toBe(200);
  });

  it('uses a changed CA for new connections, and no longer the CA before', async () => {
    const { url, write, change } = await startWith(ca.pem);
    write(otherCa.pem);
    await change;

    expect((await postTo(url, REVIEW, { ca: pair.cert, ...otherClient })).statusCode).toBe(200);
    await expect(postTo(url, REVIEW, { ca: pair.cert, ...client })).rejects.toThrow();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'does not resume a session of %s that a removed CA had allowed',
    async (version) => {
      const { url, write, change } = await startWith(ca.pem);
      const options = { ca: pair.cert, minVersion: version, maxVersion: version };
      const first = await connectTo(url, { ...options, ...client });
      const session = await sessionOf(first);
      write(otherCa.pem);
      await change;

      await expect(connectTo(url, { ...options, session }).then(answer)).rejects.toThrow();
    },
  );

  it('still checks its clients after the serving certificate was renewed', async () => {
    const renewed = await makePair();
    const start = Promise.withResolvers<(next: typeof pair) => void>();
    const certificates = { ...steady(pair), start: start.resolve };
    const file = join(makeFolder(), 'ca.crt');
    writeFileSync(file, ca.pem);
    const clientCa = clientCaFile(file, { now: () => NOW, onInvalid: () => {} });
    const { url } = await startTestServer({ certificates, clientCa });
    (await start.promise)(renewed);

    expect((await postTo(url, REVIEW, { ca: renewed.cert, ...client })).statusCode).toBe(200);
    await expect(postTo(url, REVIEW, { ca: renewed.cert })).rejects.toThrow();
  });

  it.each([
    ['empty', '', 'no certificate'],
    ['blank', ' \n', 'no certificate'],
    ['garbage', 'garbage', 'no certificate'],
    ['cut', ca.pem.slice(0, 200), 'no certificate'],
    ['cut in its second certificate', ca.pem + otherCa.pem.slice(0, 200), 'not complete'],
    ['PEM of nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'not PEM'],
    ['only expired CAs', expiredCa.pem, 'expired'],
  ])('keeps its CAs if the changed file is %s', async (_, text, message) => {
    const { url, write, complaint } = await startWith(ca.pem);
    write(text);

    expect((await complaint).message).toContain(message);
    expect((await postTo(url, REVIEW, { ca: pair.cert, ...client })).statusCode).toBe(200);
    await expect(postTo(url, REVIEW, { ca: pair.cert, ...otherClient })).rejects.toThrow();
  });
});

describe('a file of CAs that cannot be used at the start', () => {
  it.each([
    ['is empty', ''],
    ['has only expired CAs', expiredCa.pem],
  ])('is reported with its name if it %s', (_, text) => {
    const file = join(makeFolder(), 'ca.crt');
    writeFileSync(file, text);

    expect(() => clientCaFile(file, { now: () => NOW, onInvalid: () => {} })).toThrow(file);
  });

  it('is reported with its name if it is missing', () => {
    const file = join(makeFolder(), 'ca.crt');

    expect(() => clientCaFile(file, { now: () => NOW, onInvalid: () => {} })).toThrow(
      `cannot read ${file}: no such file`,
    );
  });
});

/** Sends a request. @returns the start of the response. */
function answer(socket: TLSSocket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  return readUntil(socket, '\r\n');
}

/** The session of a connection, as a client may resume it. */
async function sessionOf(socket: TLSSocket): Promise<Buffer> {
  const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
  await answer(socket);
  return socket.getProtocol() === 'TLSv1.2' ? (socket.getSession() ?? session) : session;
}
