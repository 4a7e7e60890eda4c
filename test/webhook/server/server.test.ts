import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makePair } from '../../support/certificates.ts';
import { connectTo, keptConnection, postTo, readUntil } from '../../support/https.ts';
import { LEVEL } from '../../support/log-lines.ts';
import { makeReview, REQUESTING_POD } from '../../support/review.ts';
import { isOpen, startTestServer, steady } from '../../support/running-server.ts';

const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));
const pair = await makePair();
const start = () => startTestServer({ certificates: steady(pair) });

describe('the webhook port', () => {
  it('answers over HTTPS', async () => {
    const { url } = await start();
    const { statusCode, body } = await postTo(url, REVIEW, { ca: pair.cert });

    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    const { url } = await start();
    const socket = await connectTo(url, {
      ca: pair.cert,
      minVersion: version,
      maxVersion: version,
    });

    expect(socket.getProtocol()).toBe(version);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('rejects %s', async (version) => {
    const { url } = await start();
    // At its default security level, the client itself would reject it.
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };

    await expect(connectTo(url, { ca: pair.cert, ...old })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
  });

  it('does not speak plain HTTP', async () => {
    const { url } = await start();

    await expect(fetch(`${url.replace('https', 'http')}/mutate`)).rejects.toThrow();
    expect((await postTo(url, REVIEW, { ca: pair.cert })).statusCode).toBe(200);
  });

  it('does not serve the paths of the admin port', async () => {
    const { url } = await start();
    const socket = await connectTo(url, { ca: pair.cert });
    socket.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');

    expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('answers many reviews on one connection', async () => {
    const { url } = await start();
    const options = { ca: pair.cert, agent: keptConnection() };
    const [first, second] = [
      await postTo(url, REVIEW, options),
      await postTo(url, REVIEW, options),
    ];

    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(second.body).toBe(first.body);
  });

  it('keeps an idle connection longer than the API server does', async () => {
    const { url } = await start();
    const { headers } = await postTo(url, REVIEW, { ca: pair.cert, agent: keptConnection() });
    const [, seconds] = /timeout=(\d+)/.exec(String(headers['keep-alive'])) ?? [];

    expect(Number(seconds)).toBeGreaterThan(90);
  });

  it('answers a hundred reviews at a time', async () => {
    const { url } = await start();
    const reviews = Array.from({ length: 100 }, (_, index) =>
      JSON.stringify(makeReview(REQUESTING_POD, { uid: `review-${index}` })),
    );
    const answers = await Promise.all(reviews.map((body) => postTo(url, body, { ca: pair.cert })));
    const uids = answers.map(({ body }) => JSON.parse(body).response.uid);

    expect(uids).toEqual(reviews.map((body) => JSON.parse(body).request.uid));
  });
});

describe('a client that misbehaves', () => {
  it('by closing in the middle of a body causes no error', async () => {
    const { url, lines } = await start();
    const socket = await connectTo(url, { ca: pair.cert });
    socket.write(
      `POST /mutate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${REVIEW.length}\r\nexpect: 100-continue\r\n\r\n`,
    );
    await readUntil(socket, '100 Continue');
    socket.write(REVIEW.slice(0, 100));
    await new Promise((resolve) => socket.on('close', resolve).destroy());
    const { statusCode } = await postTo(url, REVIEW, { ca: pair.cert });

    expect(statusCode).toBe(200);
    expect(lines.filter(({ level }) => level >= LEVEL.error)).toEqual([]);
  });

  it('by sending garbage instead of TLS causes no error', async () => {
    const { url, lines } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}));
    socket.write('\u0000\u0001 garbage \u00ff\r\n\r\n');
    await ended;
    const { statusCode } = await postTo(url, REVIEW, { ca: pair.cert });

    expect(statusCode).toBe(200);
    expect(lines.filter(({ level }) => level >= LEVEL.error)).toEqual([]);
  });

  it('by sending garbage instead of HTTP is rejected', async () => {
    const { url } = await start();
    const socket = await connectTo(url, { ca: pair.cert });
    socket.write('garbage\r\n\r\n');

    expect(await readUntil(socket, '\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a port that is in use', () => {
  it.each(['port', 'adminPort'] as const)('is named with its flag: %s', async (which) => {
    const running = await start();
    const taken = Number(new URL(which === 'port' ? running.url : running.adminUrl).port);
    const failing = startTestServer({ certificates: steady(pair), [which]: taken });

    await expect(failing).rejects.toMatchObject({
      name: 'AppError',
      code: 'listen',
      message: expect.stringContaining(which === 'port' ? '--port' : '--admin-port'),
    });
  });

  it('closes the other port again', async () => {
    const running = await start();
    const free = await freePort();
    const failing = startTestServer({
      certificates: steady(pair),
      port: free,
      adminPort: Number(new URL(running.adminUrl).port),
    });

    await expect(failing).rejects.toMatchObject({ code: 'listen' });
    expect(await isOpen(`https://127.0.0.1:${free}`)).toBe(false);
  });

  it('is named with --host if the address belongs to another machine', async () => {
    // TEST-NET-1, RFC 5737.
    const failing = startTestServer({ certificates: steady(pair), host: '192.0.2.1' });

    await expect(failing).rejects.toMatchObject({
      code: 'listen',
      message: expect.stringContaining('--host'),
    });
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const running = await start();
  onTestFinished(running.close);
  await running.close();
  return Number(new URL(running.url).port);
}
