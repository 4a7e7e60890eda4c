import { Agent, type RequestOptions, request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly statusCode: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  /** True if an earlier request used the same connection. */
  readonly reused: boolean;
}

/** Posts JSON to `/mutate` of a server. `ca` is its self-signed certificate. */
export function postTo(
  url: string,
  body: string,
  options: RequestOptions & { readonly ca: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request(
      `${url}/mutate`,
      { method: 'POST', headers, agent: false, ...options },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({
          statusCode: response.statusCode,
          headers: response.headers,
          body: text,
          reused: call.reusedSocket,
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** An agent that keeps one connection open until the test ends. */
export function keptConnection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Opens a TLS connection. Resolves after the handshake. */
export function connectTo(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ...options }, () => resolve(socket));
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

/** Reads until the awaited text arrives. @returns everything received. */
export function readUntil(socket: TLSSocket, awaited: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes(awaited)) return;
      socket.off('data', read);
      resolve(text);
    };
    socket.on('data', read);
    socket.on('close', () => reject(new Error(`the connection ended after ${text}`)));
  });
}
