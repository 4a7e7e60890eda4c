import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { defaultConfig } from '../../src/config/compile.ts';
import {
  type RunningServer,
  type ServerOptions,
  startServer,
} from '../../src/webhook/server/server.ts';
import type { KeyPair } from '../../src/webhook/tls/certificate.ts';
import type { CertificateSource } from '../../src/webhook/tls/certificate-source.ts';
import { type LogLine, logLines } from './log-lines.ts';

/** A certificate source that never changes. */
export function steady(pair: KeyPair): CertificateSource {
  return { get: () => pair, start: () => {}, stop: () => {} };
}

export interface TestServer extends RunningServer {
  readonly lines: readonly LogLine[];
}

/** Starts the server on free ports of 127.0.0.1, and closes it after the test. */
export async function startTestServer(
  options: Pick<ServerOptions, 'certificates'> & Partial<ServerOptions>,
): Promise<TestServer> {
  const { log, lines } = logLines();
  const server = await startServer({
    config: defaultConfig('test'),
    log,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    shutdownDelayMs: 0,
    now: () => new Date('2030-01-01'),
    ...options,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= server.close();
    return closing;
  };
  onTestFinished(close);
  return { ...server, close, lines };
}

/** True if the address accepts connections. */
export function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
