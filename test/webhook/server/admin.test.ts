import { describe, expect, it } from 'vitest';
import { makePair } from '../../support/certificates.ts';
import { postTo } from '../../support/https.ts';
import { makeReview, REQUESTING_POD } from '../../support/review.ts';
import { startTestServer, steady } from '../../support/running-server.ts';

const pair = await makePair();
const startAt = (time: string) =>
  startTestServer({ certificates: steady(pair), now: () => new Date(time) });

describe('/healthz', () => {
  it('says ok as long as the process runs, whatever the certificate', async () => {
    const { adminUrl } = await startAt('2041-01-01');
    const response = await fetch(`${adminUrl}/healthz`);

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('ok\n');
  });
});

describe('/readyz', () => {
  it('says ready while the certificate is valid', async () => {
    const { adminUrl } = await startAt('2030-01-01');
    const response = await fetch(`${adminUrl}/readyz`);

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('ready\n');
  });

  it.each([
    [
      'has expired',
      '2040-01-02',
      'certificate: the certificate expired on Jan  1 00:00:00 2040 GMT',
    ],
    ['is not valid yet', '2019-12-31', 'certificate: the certificate is not valid before Jan  1'],
  ])('says why it is not ready if the certificate %s', async (_, time, sentence) => {
    const { adminUrl } = await startAt(time);
    const response = await fetch(`${adminUrl}/readyz`);

    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toContain(sentence);
  });

  it('checks the expiry at each request', async () => {
    let now = new Date('2030-01-01');
    const { adminUrl } = await startTestServer({ certificates: steady(pair), now: () => now });
    const before = await fetch(`${adminUrl}/readyz`);
    now = new Date('2041-01-01');
    const after = await fetch(`${adminUrl}/readyz`);

    expect([before.status, after.status]).toEqual([200, 503]);
  });
});

describe('/metrics', () => {
  it.each([
    'podherald_reviews_total',
    'podherald_review_duration_seconds',
    'podherald_injections_total',
    'podherald_certificate_expiry_timestamp_seconds',
    'podherald_build_info',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_seconds',
  ])('describes %s', async (name) => {
    const { adminUrl } = await startAt('2030-01-01');
    const text = await (await fetch(`${adminUrl}/metrics`)).text();

    expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
    expect(text).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'));
  });

  it('counts the reviews of the webhook port, in the text format of Prometheus', async () => {
    const { url, adminUrl } = await startAt('2030-01-01');
    await postTo(url, JSON.stringify(makeReview(REQUESTING_POD)), { ca: pair.cert });
    const response = await fetch(`${adminUrl}/metrics`);

    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain(
      'podherald_reviews_total{outcome="injected",reason=""} 1\n',
    );
  });

  it('holds the expiry of the certificate and the version of podherald', async () => {
    const { adminUrl } = await startAt('2030-01-01');
    const text = await (await fetch(`${adminUrl}/metrics`)).text();

    expect(text).toContain(
      `podherald_certificate_expiry_timestamp_seconds ${Date.parse('2040-01-01') / 1000}\n`,
    );
    expect(text).toContain(`podherald_build_info{version="test",node="${process.version}"} 1\n`);
  });
});

describe('the admin port', () => {
  it('serves no reviews', async () => {
    const { adminUrl } = await startAt('2030-01-01');
    const response = await fetch(`${adminUrl}/mutate`, { method: 'POST', body: '{}' });

    expect(response.status).toBe(404);
  });
});

describe('/playground', () => {
  const page = { type: 'text/html; charset=utf-8', bytes: Buffer.from('<p>page') };

  it('serves its files, with their types', async () => {
    const playground = new Map([['index.html', page]]);
    const { adminUrl } = await startTestServer({ certificates: steady(pair), playground });

    for (const path of ['/playground', '/playground/', '/playground/index.html']) {
      const response = await fetch(adminUrl + path);
      expect(await response.text()).toBe('<p>page');
      expect(response.headers.get('content-type')).toBe(page.type);
    }
    const missing = await fetch(`${adminUrl}/playground/%2e%2e%2fpackage.json`);
    expect(missing.status).toBe(404);
  });

  it('is not there without files, as in a cluster', async () => {
    const { adminUrl } = await startTestServer({ certificates: steady(pair) });

    expect((await fetch(`${adminUrl}/playground/`)).status).toBe(404);
  });
});
