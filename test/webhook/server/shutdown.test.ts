import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makePair } from '../../support/certificates.ts';
import { connectTo, keptConnection, postTo, readUntil } from '../../support/https.ts';
import { makeReview, REQUESTING_POD } from '../../support/review.ts';
import { isOpen, startTestServer, steady } from '../../support/running-server.ts';

const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));
const pair = await makePair();
const start = (shutdownDelayMs = 0) =>
  startTestServer({ certificates: steady(pair), shutdownDelayMs });

describe('a server that shuts down', () => {
  it('is unready at once, and goes on serving for the delay', async () => {
    const server = await start(5000);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const closing = server.close();
    const ready = await fetch(`${server.adminUrl}/readyz`);

    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('server: shutting down');
    expect((await postTo(server.url, REVIEW, { ca: pair.cert })).statusCode).toBe(200);

    await vi.advanceTimersByTimeAsync(5000);
    await closing;

    expect(await isOpen(server.url)).toBe(false);
    expect(await isOpen(server.adminUrl)).toBe(false);
  });

  it('closes the connection with each response during the delay', async () => {
    const server = await start(5000);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const options = { ca: pair.cert, agent: keptConnection() };
    const before = await postTo(server.url, REVIEW, options);
    const closing = server.close();
    const after = await postTo(server.url, REVIEW, options);

    expect(before.headers['connection']).toBe('keep-alive');
    expect(after.headers['connection']).toBe('close');

    await vi.advanceTimersByTimeAsync(5000);
    await closing;
  });

  it('ends idle connections half-way through the delay, and still accepts new ones', async () => {
    const server = await start(5000);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const spare = await connectTo(server.url, { ca: pair.cert });
    spare.write('POST /mutate HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    await readUntil(spare, 'an AdmissionReview\n');
    const ended = new Promise((resolve) => spare.once('end', resolve));
    const closing = server.close();
    await vi.advanceTimersByTimeAsync(2500);
    await ended;

    expect((await postTo(server.url, REVIEW, { ca: pair.cert })).statusCode).toBe(200);

    await vi.advanceTimersByTimeAsync(2500);
    await closing;
  });

  it('stays alive for kubelet during the delay', async () => {
    const server = await start(5000);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const closing = server.close();

    expect((await fetch(`${server.adminUrl}/healthz`)).status).toBe(200);

    await vi.advanceTimersByTimeAsync(5000);
    await closing;
  });

  it('finishes an open review', async () => {
    const server = await start();
    const finish = await halfReview(server.url);
    void server.close();
    await expect.poll(() => isOpen(server.url)).toBe(false);

    expect(await finish()).toContain('HTTP/1.1 200 OK');
  });

  it.each([
    ['answer', REVIEW],
    ['refusal', REVIEW.replace('{', '[')],
  ])('ends with the last %s, although the client would keep the connection', async (_, body) => {
    const server = await start();
    const finish = await halfReview(server.url, body);
    const closing = server.close();
    await expect.poll(() => isOpen(server.url)).toBe(false);
    await finish();
    await closing;

    expect(await isOpen(server.adminUrl)).toBe(false);
  });

  it('does not wait for connections that are idle between reviews', async () => {
    const server = await start();
    await postTo(server.url, REVIEW, { ca: pair.cert, agent: keptConnection() });
    await server.close();

    expect(await isOpen(server.url)).toBe(false);
  });

  it('does not wait for connections that have not sent a review yet', async () => {
    const server = await start();
    await connectTo(server.url, { ca: pair.cert });
    await server.close();

    expect(await isOpen(server.url)).toBe(false);
  });

  it('does not wait for connections without a TLS handshake', async () => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.on('connect', resolve));
    await server.close();

    expect(await isOpen(server.url)).toBe(false);
  });

  it('does not wait for connections to the admin port', async () => {
    const server = await start();
    await (await fetch(`${server.adminUrl}/metrics`)).text();
    await server.close();

    expect(await isOpen(server.adminUrl)).toBe(false);
  });
});

/** Sends half a review, and waits until the server reads it. @returns a function that sends the rest. */
async function halfReview(url: string, body = REVIEW): Promise<() => Promise<string>> {
  const socket = await connectTo(url, { ca: pair.cert });
  const headers = ['content-type: application/json', `content-length: ${body.length}`];
  socket.write(
    ['POST /mutate HTTP/1.1', 'host: a', ...headers, 'expect: 100-continue', '\r\n'].join('\r\n'),
  );
  await readUntil(socket, '100 Continue');
  socket.write(body.slice(0, 100));
  return () => {
    socket.write(body.slice(100));
    return readUntil(socket, '\r\n\r\n');
  };
}
