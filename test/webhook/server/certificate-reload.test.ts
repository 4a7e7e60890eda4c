import { X509Certificate } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppError } from '../../../src/errors.ts';
import { selfSigned } from '../../../src/webhook/tls/certificate.ts';
import {
  type CertificateSource,
  certificateFiles,
} from '../../../src/webhook/tls/certificate-source.ts';
import { makePair, mountedSecret, type PairFolder } from '../../support/certificates.ts';
import { connectTo, keptConnection, postTo } from '../../support/https.ts';
import { LEVEL } from '../../support/log-lines.ts';
import { makeReview, REQUESTING_POD } from '../../support/review.ts';
import { startTestServer } from '../../support/running-server.ts';

const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));

/** A real source of files, with promises for a change that the server has handled and for an invalid file. */
function watchedFiles(files: PairFolder) {
  const change = Promise.withResolvers<void>();
  const complaint = Promise.withResolvers<AppError>();
  const source = certificateFiles(files.cert, files.key, () => new Date('2030-01-01'));
  const certificates: CertificateSource = {
    ...source,
    start: (onChange, onFailure) =>
      source.start(
        (next) => {
          onChange(next);
          change.resolve();
        },
        (error) => {
          onFailure?.(error);
          if (error) complaint.resolve(error);
        },
      ),
  };
  return { certificates, change: change.promise, complaint: complaint.promise };
}

async function serialServedBy(url: string): Promise<string | undefined> {
  const socket = await connectTo(url, { rejectUnauthorized: false });
  return socket.getPeerX509Certificate()?.serialNumber;
}

function serialOf(pair: { readonly cert: string }): string {
  return new X509Certificate(pair.cert).serialNumber;
}

describe('a certificate that is renewed in its files', () => {
  it('is served to new connections', async () => {
    const [old, renewed] = [await makePair(), await makePair()];
    const files = mountedSecret(old);
    const { certificates, change } = watchedFiles(files);
    const { url } = await startTestServer({ certificates });
    const before = await serialServedBy(url);
    files.write(renewed);
    await change;

    expect(before).toBe(serialOf(old));
    expect(await serialServedBy(url)).toBe(serialOf(renewed));
  });

  it('keeps open connections open', async () => {
    const [old, renewed] = [await makePair(), await makePair()];
    const files = mountedSecret(old);
    const { certificates, change } = watchedFiles(files);
    const { url } = await startTestServer({ certificates });
    const options = { ca: old.cert, agent: keptConnection() };
    await postTo(url, REVIEW, options);
    files.write(renewed);
    await change;

    expect(await postTo(url, REVIEW, options)).toMatchObject({ statusCode: 200, reused: true });
  });

  it('is not served over TLS 1.1', async () => {
    const files = mountedSecret(await makePair());
    const { certificates, change } = watchedFiles(files);
    const { url } = await startTestServer({ certificates });
    files.write(await makePair());
    await change;
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1' } as const;

    await expect(
      connectTo(url, { rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0', ...old }),
    ).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  it('is logged with its expiry, which is a metric too', async () => {
    const files = mountedSecret(await makePair());
    const { certificates, change } = watchedFiles(files);
    const { adminUrl, lines } = await startTestServer({ certificates });
    files.write(await makePair());
    await change;
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();

    expect(lines).toMatchObject([{ expires: '2040-01-01T00:00:00.000Z' }]);
    expect(metrics).toContain(
      'podherald_certificate_reloads_total{result="success"} 1\npodherald_certificate_reloads_total{result="failure"} 0\n',
    );
    expect(metrics).toContain(
      `podherald_certificate_expiry_timestamp_seconds ${Date.parse('2040-01-01') / 1000}\n`,
    );
  });

  it('is not served if it is invalid: the last valid one is, and the server stays ready', async () => {
    const old = await makePair();
    const files = mountedSecret(old);
    const { certificates, complaint } = watchedFiles(files);
    const { url, adminUrl } = await startTestServer({ certificates });
    files.write({ cert: 'garbage', key: old.key });

    expect((await complaint).code).toBe('certificate');
    expect(await serialServedBy(url)).toBe(serialOf(old));
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  });

  it('is not served if it has expired: an error is logged and counted, and the server stays ready', async () => {
    const old = await makePair();
    const files = mountedSecret(old);
    const { certificates, complaint } = watchedFiles(files);
    const { url, adminUrl, lines } = await startTestServer({ certificates });
    files.write(
      await selfSigned({
        names: ['localhost'],
        addresses: [],
        notBefore: new Date('2020-01-01'),
        notAfter: new Date('2029-01-01'),
      }),
    );
    await complaint;
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();

    expect(await serialServedBy(url)).toBe(serialOf(old));
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
    expect(lines).toMatchObject([
      {
        level: LEVEL.error,
        msg: 'the changed certificate is invalid; still serving the previous one',
        err: { message: expect.stringContaining('the certificate expired on') },
      },
    ]);
    expect(metrics).toContain(
      'podherald_certificate_reloads_total{result="success"} 0\npodherald_certificate_reloads_total{result="failure"} 1\n',
    );
  });

  it('is ignored once the server is closed', async () => {
    const files = mountedSecret(await makePair());
    const { certificates, change } = watchedFiles(files);
    const { close, lines } = await startTestServer({ certificates });
    await close();
    const other = watchedFiles(files);
    other.certificates.start(() => {});
    onTestFinished(() => other.certificates.stop());
    files.write(await makePair());
    await Promise.race([change, other.change]);

    expect(lines).toEqual([]);
  });
});
