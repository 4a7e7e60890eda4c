import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { makeFolder, makePair, pairFolder } from '../support/certificates.ts';
import { fakeObjects } from '../support/fake-objects.ts';
import { postTo } from '../support/https.ts';
import { launchPodherald, runProgram, shell, startPodherald } from '../support/run-program.ts';

const FREE = ['--port', '0', '--admin-port', '0'];
const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

describe('serve --standalone', () => {
  let shown = '';
  let url = '';
  let adminUrl = '';
  let curl = '';

  beforeAll(async () => {
    const running = launchPodherald(['serve', '--standalone', ...FREE]);
    shown = await running.until('Press Ctrl-C');
    const found = (pattern: RegExp): string => pattern.exec(shown)?.[1] ?? '';
    url = found(/(https:\S+)\/mutate/);
    adminUrl = found(/(http:\S+)\/readyz/);
    curl = found(/^ *(curl .*)$/m);
    return () => running.stop('SIGKILL');
  });

  it('shows what a sample pod gets, as a diff that only adds', () => {
    expect(shown).toContain('inject-metadata: "true"');
    expect(shown).toMatch(/^@@ /m);
    expect(shown).toMatch(/^\+ +- name: POD_NAME$/m);
    expect(shown).toMatch(/^\+ +mountPath: \/etc\/downward$/m);
    expect(shown).not.toMatch(/^-/m);
  });

  it('writes no colours if its output is not a terminal', () => {
    expect(shown).not.toContain('\u001b');
  });

  it('listens on 127.0.0.1 only', () => {
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(new URL(adminUrl).hostname).toBe('127.0.0.1');
  });

  it.skipIf(!HAS_CURL)('prints a curl command that works', async () => {
    const { code, stdout } = await shell(curl);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  });

  it('prints a request body that any client can post', async () => {
    const [, body = ''] = /-d '(.*)'$/.exec(curl) ?? [];
    const answer = await postTo(url, body, { ca: '', rejectUnauthorized: false });

    expect(JSON.parse(answer.body).response).toMatchObject({ allowed: true });
  });

  it('is ready', async () => {
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s with exit code 0', async (signal) => {
    const running = startPodherald(['serve', '--standalone', ...FREE]);
    await running.until('Press Ctrl-C');
    const { code, stderr } = await running.stop(signal);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('serve with files', () => {
  it('logs JSON lines from start to shutdown, and ends on SIGTERM with exit code 0', async () => {
    const files = pairFolder(await makePair());
    const tls = ['--tls-cert', files.cert, '--tls-key', files.key];
    const running = startPodherald(['serve', ...tls, ...FREE, '--shutdown-delay', '0']);
    await running.until('"serving"');
    const { code, stdout, stderr } = await running.stop('SIGTERM');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'no cluster is configured: annotations and labels of namespaces have no effect',
      'serving',
      'shutting down',
      'stopped',
    ]);
    expect(lines[1]).toMatchObject({ level: 'info', url: expect.stringMatching(/^https:/) });
  });

  it('is ready if the version of the API server is unknown', async () => {
    const { kubeconfig } = await fakeObjects({});
    const { file } = configFolder('namespaces: {annotations: false}\n');
    const files = pairFolder(await makePair());
    const tls = ['--tls-cert', files.cert, '--tls-key', files.key];
    const running = startPodherald(['serve', ...tls, ...FREE, '--config', file], {
      KUBECONFIG: kubeconfig,
    });
    const lines = await running.until('could not read the version of the API server');
    const serving = lines.split('\n').find((line) => line.includes('"serving"'));
    const { admin } = JSON.parse(serving ?? '{}');

    expect((await fetch(`${admin}/readyz`)).status).toBe(200);
  });

  it('keeps serving for --shutdown-delay after SIGTERM', async () => {
    const pair = await makePair();
    const files = pairFolder(pair);
    const tls = ['--tls-cert', files.cert, '--tls-key', files.key, '--host', '127.0.0.1'];
    const running = startPodherald(['serve', ...tls, ...FREE, '--shutdown-delay', '600']);
    const lines = await running.until('"serving"');
    const { url, admin } = JSON.parse(lines.trim().split('\n').at(-1) ?? '');
    const ended = running.stop('SIGTERM');
    await running.until('"shutting down"');

    expect((await fetch(`${admin}/readyz`)).status).toBe(503);
    expect((await postTo(url, '{}', { ca: pair.cert })).statusCode).toBe(400);

    void running.stop('SIGKILL');
    await ended;
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is garbage', 'garbage'],
  ])('ends with exit code 1 if the certificate %s, and names the file', async (_, content) => {
    const files = pairFolder(await makePair());
    const cert = join(makeFolder(), 'other.crt');
    if (content !== undefined) writeFileSync(cert, content);
    const { code, stderr } = await runProgram([
      'serve',
      '--tls-cert',
      cert,
      '--tls-key',
      files.key,
    ]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^podherald: .*\n$/);
    expect(stderr).toContain(cert);
  });
});

describe('serve on a port in use', () => {
  it.each(['--port', '--admin-port'])(
    'ends with exit code 1, and says to choose another port with %s',
    async (flag) => {
      const taken = await takePort();
      const others = flag === '--port' ? ['--admin-port', '0'] : ['--port', '0'];
      const args = ['serve', '--standalone', ...others, flag, String(taken)];
      const { code, stderr } = await runProgram(args);

      expect(code).toBe(1);
      expect(stderr).toBe(
        `podherald: port ${taken} is in use by another process; set another one with ${flag}\n`,
      );
    },
  );
});

function takePort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
