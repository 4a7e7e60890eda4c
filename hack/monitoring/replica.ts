import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { selfSigned } from '../../src/webhook/tls/certificate.ts';
import { freePort } from '../../test/e2e/addresses.ts';

const PROGRAM = new URL('../../src/main.ts', import.meta.url).pathname;
const HOUR_MS = 60 * 60 * 1000;

/** One podherald of a drill: a process on this machine that the API server calls by URL. */
export class Replica {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly #folder: string;
  readonly #flags: readonly string[];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20, rejectUnauthorized: false });
  #child: ChildProcess | undefined;

  private constructor(
    name: string,
    host: string,
    ports: [number, number],
    folder: string,
    flags: readonly string[],
  ) {
    [this.name, this.host, this.#folder, this.#flags] = [name, host, folder, flags];
    [this.port, this.adminPort] = ports;
  }

  static async make(
    name: string,
    host: string,
    folder: string,
    flags: readonly string[],
  ): Promise<Replica> {
    const replica = new Replica(
      name,
      host,
      [await freePort(host), await freePort(host)],
      folder,
      flags,
    );
    replica.configure('');
    await replica.certify(240);
    return replica;
  }

  get certificateFile(): string {
    return join(this.#folder, `${this.name}.crt`);
  }

  /** Writes the config file: the fields after `kind`. */
  configure(fields: string): void {
    const head = 'apiVersion: podherald.dev/v1\nkind: Config\n';
    writeFileSync(join(this.#folder, `${this.name}.yaml`), head + fields);
  }

  /** Writes a certificate that is valid for some hours. The private key is written first. */
  async certify(hours: number): Promise<void> {
    const { cert, key } = await selfSigned({
      names: [],
      addresses: [this.host],
      notBefore: new Date(Date.now() - HOUR_MS),
      notAfter: new Date(Date.now() + hours * HOUR_MS),
    });
    writeFileSync(join(this.#folder, `${this.name}.key`), key, { mode: 0o600 });
    writeFileSync(this.certificateFile, cert);
  }

  /** Starts it. With `isLogRead: false`, nobody reads its log. */
  start({ isLogRead = true } = {}): void {
    const file = (extension: string): string => join(this.#folder, `${this.name}.${extension}`);
    this.#child = spawn(
      process.execPath,
      [
        PROGRAM,
        'serve',
        '--tls-cert',
        file('crt'),
        '--tls-key',
        file('key'),
        '--config',
        file('yaml'),
      ]
        .concat('--host', this.host, '--port', `${this.port}`, '--admin-port', `${this.adminPort}`)
        .concat('--log-format', 'json', ...this.#flags),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (isLogRead) this.#child.stdout?.pipe(createWriteStream(file('log'), { flags: 'a' }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async isReady(): Promise<boolean> {
    const response = await fetch(`http://${this.host}:${this.adminPort}/readyz`).catch(
      () => undefined,
    );
    return response?.ok ?? false;
  }

  /** Posts a body in two halves, with a pause between them. Resolves with the HTTP status; 0 if the connection ended. */
  post(body: Buffer, { pauseMs = 0, missingBytes = 0 } = {}): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length + missingBytes,
    };
    const options = {
      host: this.host,
      port: this.port,
      path: '/mutate',
      method: 'POST',
      agent: this.#agent,
      headers,
    };
    const sent = request(options, (response) => {
      response.resume().once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', () => resolve(0));
    const half = body.length >> 1;
    sent.write(body.subarray(0, half));
    const rest = (): void => {
      if (missingBytes > 0) sent.write(body.subarray(half));
      else sent.end(body.subarray(half));
    };
    if (pauseMs > 0) setTimeout(rest, pauseMs);
    else rest();
    return promise;
  }
}
