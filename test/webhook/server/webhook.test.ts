import { describe, expect, it } from 'vitest';
import { makePod, makeReview, REQUESTING_POD } from '../../support/review.ts';
import { webhookDoor } from '../../support/webhook-door.ts';

const MIB = 1024 * 1024;
const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));

/** A review of exactly so many bytes. */
function reviewOfBytes(bytes: number): string {
  const text = (filler: string): string =>
    JSON.stringify(makeReview(REQUESTING_POD, { oldObject: { filler } }));
  return text('x'.repeat(bytes - text('').length));
}

describe('a review that is served', () => {
  it('is answered as JSON with a v1 review', async () => {
    const response = await webhookDoor().post(REVIEW);

    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/json(;|$)/);
    expect(response.json()).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { allowed: true },
    });
  });

  it('gets its own uid back, and nothing else from the request', async () => {
    const response = await webhookDoor().post(REVIEW);

    expect(response.json().response.uid).toBe('705ab4f5-6393-11e8-b7cc-42010a800002');
    expect(response.json()).not.toHaveProperty('request');
  });

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
  ])('may come as %s', async (type) => {
    const response = await webhookDoor().post(REVIEW, { 'content-type': type });

    expect(response.statusCode).toBe(200);
  });

  it('may have the timeout that the API server adds to the path', async () => {
    const response = await webhookDoor().app.inject({
      method: 'POST',
      url: '/mutate?timeout=3s',
      headers: { 'content-type': 'application/json' },
      payload: REVIEW,
    });

    expect(response.statusCode).toBe(200);
  });

  it('may be nearly 7 MiB large', async () => {
    const response = await webhookDoor().post(reviewOfBytes(6.9 * MIB));

    expect(response.statusCode).toBe(200);
    expect(response.json().response.patchType).toBe('JSONPatch');
  });

  it('may be sent twice by a client that got no response', async () => {
    const door = webhookDoor();
    const [first, second] = [await door.post(REVIEW), await door.post(REVIEW)];

    expect(second.body).toBe(first.body);
  });
});

describe('a body that is not an AdmissionReview is rejected with a sentence:', () => {
  it.each([
    ['nothing', '', 400],
    ['no JSON', '{"apiVersion": ', 400],
    ['JSON that begins with a byte order mark', `\uFEFF${REVIEW}`, 400],
    ['a JSON array', `[${REVIEW}]`, 400],
    ['null', 'null', 400],
    ['a number', '3', 400],
    ['an empty object', '{}', 400],
    ['a pod', JSON.stringify(makePod({})), 400],
    [
      'a review without a request',
      '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
      400,
    ],
    [
      'a review whose request is null',
      '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":null}',
      400,
    ],
    [
      'a review whose request is a list',
      '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":[]}',
      400,
    ],
    ['a review without a uid', JSON.stringify(makeReview(REQUESTING_POD, { uid: '' })), 400],
    ['a v1beta1 review', REVIEW.replace('admission.k8s.io/v1', 'admission.k8s.io/v1beta1'), 400],
    ['a byte more than 7 MiB', reviewOfBytes(7 * MIB + 1), 413],
  ])('%s', async (_, body, statusCode) => {
    const response = await webhookDoor().post(body);

    expect(response.statusCode).toBe(statusCode);
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(response.body).toMatch(/^[^\n{[]+.*\n$/);
  });

  it('a request without body and content-type', async () => {
    const response = await webhookDoor().app.inject({ method: 'POST', url: '/mutate' });

    expect(response.statusCode).toBe(400);
    expect(response.body).toContain('empty');
  });

  it.each(['text/plain', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'nonsense'])(
    'a review as %s',
    async (type) => {
      const response = await webhookDoor().post(REVIEW, { 'content-type': type });

      expect(response.statusCode).toBe(415);
      expect(response.body).toBe(
        'unsupported content type: send the AdmissionReview as application/json\n',
      );
    },
  );

  it('a review without a content-type', async () => {
    const response = await webhookDoor().post(REVIEW, {});

    expect(response.statusCode).toBe(415);
  });
});

describe('another method or path', () => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)(
    'of %s /mutate is rejected with the allowed method',
    async (method) => {
      const response = await webhookDoor().app.inject({ method, url: '/mutate' });

      expect(response.statusCode).toBe(405);
      expect(response.headers['allow']).toBe('POST');
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE'] as const)(
    'of %s /mutate is rejected for its method, whatever its body is',
    async (method) => {
      const response = await webhookDoor().app.inject({
        method,
        url: '/mutate',
        headers: { 'content-type': 'text/plain' },
        payload: 'hello',
      });

      expect(response.statusCode).toBe(405);
    },
  );

  it.each([
    '/',
    '/mutate/',
    '/mutate/x',
    '/MUTATE',
    '/validate',
    '/healthz',
    '/metrics',
    '/?/mutate',
  ])('of POST %s is not found', async (url) => {
    const response = await webhookDoor().app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      payload: REVIEW,
    });

    expect(response.statusCode).toBe(404);
    expect(response.body).toBe('not found; send POST /mutate\n');
  });

  it('of POST elsewhere is not found, whatever its body is', async () => {
    const response = await webhookDoor().app.inject({
      method: 'POST',
      url: '/elsewhere',
      headers: { 'content-type': 'application/json' },
      payload: '',
    });

    expect(response.statusCode).toBe(404);
  });

  it('that is malformed is answered with a sentence', async () => {
    const response = await webhookDoor().app.inject({ method: 'GET', url: '/%' });

    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('is logged as a warning, and not counted as a review', async () => {
    const door = webhookDoor();
    await door.app.inject({ method: 'GET', url: '/mutate' });

    expect(door.lines).toMatchObject([{ level: 40, statusCode: 405, method: 'GET' }]);
    expect(await door.metrics()).not.toMatch(/^podherald_reviews_total\{.*\} [1-9]/m);
  });
});
