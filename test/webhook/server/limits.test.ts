import { get } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makePair } from '../../support/certificates.ts';
import { connectTo, postTo, readUntil } from '../../support/https.ts';
import { LEVEL } from '../../support/log-lines.ts';
import { makePod, makeReview, REQUESTING_POD } from '../../support/review.ts';
import { isOpen, startTestServer, steady } from '../../support/running-server.ts';
import { webhookDoor } from '../../support/webhook-door.ts';

const MIB = 1024 * 1024;
const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));
const pair = await makePair();

/** A review with its fields in the order in which the API server writes them. */
function sentReview(resource: object, name: string, object: object) {
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      resource,
      name,
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: {},
      object,
    },
  };
}

/** A server whose time passes only when the test says so. */
async function startWithFakeTime() {
  const server = await startTestServer({ certificates: steady(pair) });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return server;
}

/** Sends the headers and a part of a body, once the server reads it. */
async function beginBody(url: string, length: number, part: string): Promise<TLSSocket> {
  const socket = await connectTo(url, { ca: pair.cert });
  const header = `content-length: ${length}`;
  const headers = ['host: a', 'content-type: application/json', header, 'expect: 100-continue'];
  socket.write(['POST /mutate HTTP/1.1', ...headers, '\r\n'].join('\r\n'));
  await readUntil(socket, '100 Continue');
  socket.write(part);
  return socket;
}

describe('a body that stalls', () => {
  it('is rejected after 10 seconds', async () => {
    const { url } = await startWithFakeTime();
    const socket = await beginBody(url, REVIEW.length, REVIEW.slice(0, 100));
    const answered = readUntil(socket, 'within 10 s');
    await vi.advanceTimersByTimeAsync(10_000);

    expect(await answered).toMatch(/^HTTP\/1\.1 408 [\s\S]*connection: close/);
  });

  it('does not keep a server that shuts down alive for more than 10 seconds', async () => {
    const { url, close, adminUrl } = await startWithFakeTime();
    await beginBody(url, REVIEW.length, REVIEW.slice(0, 100));
    const closing = close();
    await expect.poll(() => isOpen(url)).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    await closing;

    expect(await isOpen(adminUrl)).toBe(false);
  });
});

describe('headers that stall', () => {
  it('do not keep a server that shuts down alive', async () => {
    const { url, close } = await startTestServer({ certificates: steady(pair) });
    const socket = await connectTo(url, { ca: pair.cert });
    socket.write('POST /mutate HTTP/1.1\r\nhost:');
    await close();

    expect(await isOpen(url)).toBe(false);
  });
});

describe('a connection that was never used', () => {
  it('may stay for longer than the 90 seconds of the API server', async () => {
    const { app } = webhookDoor();

    expect(app.server.headersTimeout).toBeGreaterThan(90_000);
    expect(app.server.requestTimeout).toBeGreaterThan(90_000);
    expect(app.server.keepAliveTimeout).toBeGreaterThan(90_000);
  });
});

describe('more bytes than all requests may take', () => {
  it('end the oldest bodies with a 503 and retry-after, and reviews are still answered', async () => {
    const { url, lines, adminUrl } = await startTestServer({ certificates: steady(pair) });
    const part = 'x'.repeat(6 * MIB);
    const answers: Promise<string>[] = [];
    for (let i = 0; i < 8; i++) {
      const answer = readUntil(await beginBody(url, 7 * MIB, part), 'try again');
      answer.catch(() => {});
      answers.push(answer);
    }

    expect(await answers[0]).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n/);
    expect((await postTo(url, REVIEW, { ca: pair.cert })).statusCode).toBe(200);
    expect(lines).toContainEqual(expect.objectContaining({ level: LEVEL.warn, statusCode: 503 }));
    expect(await (await fetch(`${adminUrl}/metrics`)).text()).toMatch(
      /^podherald_rejected_requests_total\{code="503"\} [1-9]/m,
    );
  });

  it('are free again after each request', async () => {
    const door = webhookDoor();
    for (let i = 0; i < 12; i++) {
      const pod = makePod({ 'inject-metadata': 'true' }, { nodeName: 'x'.repeat(4 * MIB) });

      expect((await door.post(JSON.stringify(makeReview(pod)))).statusCode).toBe(200);
      expect((await door.post('x'.repeat(5 * MIB))).statusCode).toBe(400);
    }
  });
});

describe('a body that costs more than its bytes', () => {
  it.each([
    ['millions of empty objects', `[${'{},'.repeat(2 * MIB)}0]`],
    ['millions of lists in each other', '['.repeat(3 * MIB) + ']'.repeat(3 * MIB)],
    ['millions of numbers', `[${'0,'.repeat(3 * MIB)}0]`],
  ])('because of %s is rejected', async (_, body) => {
    const response = await webhookDoor().post(body);

    expect(response.statusCode).toBe(413);
    expect(response.body).toBe('the body has more than 250000 objects, lists and items\n');
  });

  it('is answered without an injection if the API server sends it', async () => {
    const door = webhookDoor();
    const pod = makePod({ 'inject-metadata': 'true' }, { tolerations: Array(200_000).fill({}) });
    const review = sentReview({ group: '', version: 'v1', resource: 'pods' }, 'web-0', pod);
    const response = await door.post(JSON.stringify(review));

    expect(response.statusCode).toBe(200);
    expect(response.json().response).toMatchObject({ uid: review.request.uid, allowed: true });
    expect(response.json().response).not.toHaveProperty('patch');
    expect(door.lines).toContainEqual(
      expect.objectContaining({ namespace: 'shop', pod: 'web-0', reason: 'too_large' }),
    );
  });

  it('of a workload is answered without warnings', async () => {
    const door = webhookDoor();
    const resource = { group: 'apps', version: 'v1', resource: 'deployments' };
    const object = { metadata: {}, spec: { template: Array(300_000).fill({}) } };
    const review = sentReview(resource, 'web', object);
    const response = await door.app.inject({
      method: 'POST',
      url: '/warn',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(review),
    });

    expect(response.json().response).toEqual({ uid: review.request.uid, allowed: true });
    expect(door.lines).toContainEqual(
      expect.objectContaining({ resource: 'deployments.apps', name: 'web', warnings: 0 }),
    );
  });

  it('is not one with many commas in its texts', async () => {
    const pod = makePod({ 'inject-metadata': 'true' }, { nodeName: '[{,"\\'.repeat(200_000) });
    const response = await webhookDoor().post(JSON.stringify(makeReview(pod)));

    expect(response.statusCode).toBe(200);
  });
});

describe('a body in chunks', () => {
  it('is rejected before it is read, and its connection ends', async () => {
    const { url } = await startTestServer({ certificates: steady(pair) });
    const socket = await connectTo(url, { ca: pair.cert });
    const ended = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    const headers = ['host: a', 'content-type: application/json', 'transfer-encoding: chunked'];
    socket.write(['POST /mutate HTTP/1.1', ...headers, '\r\n'].join('\r\n'));
    const sending = setInterval(() => socket.write('1\r\nx\r\n'), 1);
    onTestFinished(() => clearInterval(sending));

    expect(await readUntil(socket, 'content-length instead')).toMatch(
      /^HTTP\/1\.1 411 [\s\S]*connection: close/,
    );
    await ended;
  });
});

describe('reviews that wait for the API server', () => {
  it('are answered as if they had not waited', async () => {
    const waiting = webhookDoor(undefined, async (name) => ({ name, annotations: {} }));
    const known = webhookDoor(undefined, (name) => ({ name, annotations: {} }));

    expect(await waiting.review(REQUESTING_POD)).toEqual(await known.review(REQUESTING_POD));
    expect(waiting.lines).toMatchObject([{ pod: 'web-0', outcome: 'injected' }, {}]);
  });
});

describe('a request with long names', () => {
  const HUGE = 'x'.repeat(3_000_000);

  it.each(['uid', 'namespace', 'operation', 'resource', 'subResource'])(
    'is rejected if its %s has more than 1,024 characters',
    async (name) => {
      const door = webhookDoor();
      const value = name === 'resource' ? { resource: HUGE } : HUGE;
      const response = await door.post(
        JSON.stringify(makeReview(REQUESTING_POD, { [name]: value })),
      );

      expect(response.statusCode).toBe(400);
      expect(response.body.length).toBeLessThan(200);
      expect(JSON.stringify(door.lines).length).toBeLessThan(1_000);
    },
  );

  it('is answered with its uid of 1,024 characters', async () => {
    const uid = 'x'.repeat(1_024);

    expect((await webhookDoor().review(REQUESTING_POD, { uid })).uid).toBe(uid);
  });

  it.each([
    ['name', { name: HUGE }],
    ['generateName', { generateName: HUGE }],
    ['annotation key', { name: 'a', annotations: { [`podherald.dev/${HUGE}`]: 'x' } }],
    ['annotation value', { name: 'a', annotations: { 'inject-metadata': HUGE } }],
  ])('gets a short line in the log for a pod with a long %s', async (_, metadata) => {
    const door = webhookDoor();
    await door.review({ ...REQUESTING_POD, metadata });

    expect(JSON.stringify(door.lines).length).toBeLessThan(10_000);
  });
});

describe('the admin port', () => {
  it('does not read bodies', async () => {
    const { adminUrl } = await startTestServer({ certificates: steady(pair) });
    const response = await fetch(`${adminUrl}/x`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"x": "${'x'.repeat(2 * MIB)}"`,
    });

    expect(response.status).toBe(404);
  });

  it('answers a hundred requests at a time', async () => {
    const { adminUrl } = await startTestServer({ certificates: steady(pair) });
    const answers = Array.from(
      { length: 100 },
      () =>
        new Promise((resolve, reject) =>
          get(`${adminUrl}/metrics`, { agent: false }, (response) =>
            resolve(response.resume().statusCode),
          ).on('error', reject),
        ),
    );

    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
  });
});
