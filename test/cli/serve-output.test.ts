import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makePair, type PairFolder, pairFolder } from '../support/certificates.ts';
import { freePorts } from '../support/free-ports.ts';
import { keptConnection, postTo } from '../support/https.ts';
import { makeReview, REQUESTING_POD } from '../support/review.ts';
import { BARE_ENVIRONMENT } from '../support/run-command.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const REVIEW = JSON.stringify(makeReview(REQUESTING_POD));
const pair = await makePair();

interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
  /** Sends reviews one after another. @returns how many were answered with 200. */
  reviews(count: number): Promise<number>;
}

/** Starts `serve` with certificate files, and waits until it is alive. */
async function serving(stdout: 'pipe' | number, options: readonly string[] = []): Promise<Serving> {
  const files: PairFolder = pairFolder(pair);
  const [port, adminPort] = await freePorts();
  const args = ['serve', '--tls-cert', files.cert, '--tls-key', files.key, '--host', '127.0.0.1'];
  const ports = [
    '--port',
    String(port),
    '--admin-port',
    String(adminPort),
    '--shutdown-delay',
    '0',
  ];
  const child = spawn(process.execPath, [...options, MAIN, ...args, ...ports], {
    env: { ...process.env, ...BARE_ENVIRONMENT },
    stdio: ['ignore', stdout, 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const isAlive = (): Promise<boolean> =>
    fetch(`${adminUrl}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isAlive, { timeout: 30_000 }).toBe(true);
  const url = `https://127.0.0.1:${port}`;
  return {
    child,
    url,
    adminUrl,
    async reviews(count) {
      const agent = keptConnection();
      let answered = 0;
      for (let i = 0; i < count; i++) {
        const { statusCode } = await postTo(url, REVIEW, { ca: pair.cert, agent });
        if (statusCode === 200) answered++;
      }
      return answered;
    },
  };
}

/** Sends a signal, and waits for the end. @returns the exit code. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = await exit;
  return code;
}

async function droppedLines(adminUrl: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^podherald_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
}

describe('serve, if its log cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'because the disk is full, answers reviews and ends on SIGTERM',
    async () => {
      const { child, adminUrl, reviews } = await serving(openSync('/dev/full', 'w'));

      expect(await reviews(100)).toBe(100);
      await expect.poll(() => droppedLines(adminUrl)).toBeGreaterThan(100);
      expect(await end(child, 'SIGTERM')).toBe(0);
    },
  );

  it('because the reader is gone, answers reviews and ends on SIGTERM', async () => {
    const { child, adminUrl, reviews } = await serving('pipe');
    child.stdout?.destroy();

    expect(await reviews(100)).toBe(100);
    await expect.poll(() => droppedLines(adminUrl)).toBeGreaterThan(50);
    expect(await end(child, 'SIGTERM')).toBe(0);
  });

  it('because nobody reads it, answers reviews and ends on SIGTERM', async () => {
    const { child, reviews } = await serving('pipe');

    // Some 400 KiB of lines: more than a pipe holds.
    expect(await reviews(2_000)).toBe(2_000);
    expect(await end(child, 'SIGTERM')).toBe(0);
  });
});

describe('serve', () => {
  it.each([
    ['as the image starts it', ['--disable-sigusr1', '--max-semi-space-size=1']],
    ['without options of Node.js', []],
  ])('opens no inspector on SIGUSR1, and shuts down on SIGHUP: %s', async (_, options) => {
    const { child } = await serving('pipe', options);
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.kill('SIGUSR1');

    expect(await end(child, 'SIGHUP')).toBe(0);
    expect(errors).toBe('');
    expect(output).toContain('"signal":"SIGHUP"');
    expect(output).toContain('"stopped"');
  });
});
