import { describe, expect, it } from 'vitest';
import type { KeyPair } from '../../../src/webhook/tls/certificate.ts';
import type { CertificateSource } from '../../../src/webhook/tls/certificate-source.ts';
import { makePair } from '../../support/certificates.ts';
import { postTo } from '../../support/https.ts';
import { startTestServer } from '../../support/running-server.ts';

/** A source that gets its first certificate from the test. */
function lateSource() {
  let pair: KeyPair | undefined;
  let tell: (pair: KeyPair) => void = () => {};
  let why: string | undefined;
  const certificates: CertificateSource = {
    get: () => pair,
    start(onChange) {
      tell = onChange;
    },
    stop: () => {},
    notReady: () => why,
  };
  return {
    certificates,
    come(next: KeyPair): void {
      pair = next;
      tell(next);
    },
    refuse(sentence: string): void {
      why = sentence;
    },
  };
}

describe('a server without a certificate yet', () => {
  it('is not ready and accepts no handshake until it gets one', async () => {
    const pair = await makePair();
    const { certificates, come } = lateSource();
    const { url, adminUrl } = await startTestServer({ certificates });
    const readyz = () => fetch(`${adminUrl}/readyz`).then((answer) => answer.text());

    expect(await readyz()).toBe('certificate: there is no certificate yet\n');
    await expect(postTo(url, '{}', { ca: pair.cert })).rejects.toMatchObject({
      code: expect.stringMatching(/^EPROTO|^ERR_SSL|ECONNRESET/),
    });

    come(pair);
    expect(await readyz()).toBe('ready\n');
    expect((await postTo(url, '{}', { ca: pair.cert })).statusCode).toBe(400);
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^podherald_certificate_expiry_timestamp_seconds 2208988800$/m);
  });

  it('is not ready if the source says so, even with a valid certificate', async () => {
    const { certificates, come, refuse } = lateSource();
    const { adminUrl } = await startTestServer({ certificates });
    come(await makePair());
    refuse('no API server trusts it');

    expect(await (await fetch(`${adminUrl}/readyz`)).text()).toBe(
      'certificate: no API server trusts it\n',
    );
  });
});
