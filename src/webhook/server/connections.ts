import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface ConnectionLimits {
  /** Of the port. */
  readonly maxConnections: number;
  /** Of one connection, before the first of them is answered. */
  readonly maxPipelined: number;
}

/** The connections of a port. */
export interface Connections {
  /**
   * Must be called when the headers of a request have arrived. Until it is answered, its connection
   * is not ended to make room for a new one.
   *
   * @returns false if the connection has too many open requests, and was ended.
   */
  begin(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends the connections without a request: idle ones, and those that have not sent one yet. */
  closeIdle(): void;
  /** Ends all connections. */
  closeAll(): void;
}

interface Client {
  /** Without TLS. */
  readonly socket: Socket;
  openRequests: number;
  /** Whether a request was answered with 200. */
  isServed: boolean;
}

/**
 * Limits the connections of a port. At the limit, a new connection replaces the one that has been
 * idle for the longest time, and best one that was never served: a client that opens connections
 * without end cannot keep others out, because they send their requests at once. If all of them have a
 * request, the new one is ended.
 */
export function limitConnections(
  server: Server,
  { maxConnections, maxPipelined }: ConnectionLimits,
): Connections {
  /** By peer, the one that has been idle for the longest time first. */
  const connections = new Map<string, Client>();

  function closeIdle(): void {
    for (const { socket, openRequests } of connections.values()) {
      if (openRequests === 0) socket.destroy();
    }
  }

  function longestIdle(): Client | undefined {
    let served: Client | undefined;
    for (const client of connections.values()) {
      if (client.openRequests > 0) continue;
      if (!client.isServed) return client;
      served ??= client;
    }
    return served;
  }

  function remove(peer: string, client: Client): void {
    if (connections.get(peer) === client) connections.delete(peer);
  }

  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    if (connections.size >= maxConnections) {
      const idle = longestIdle();
      if (idle === undefined) return void socket.destroy();
      remove(peerOf(idle.socket), idle);
      idle.socket.destroy();
    }
    const client = { socket, openRequests: 0, isServed: false };
    connections.set(peer, client);
    socket.once('close', () => remove(peer, client));
  });

  return {
    begin({ socket }, response) {
      const peer = peerOf(socket);
      const client = connections.get(peer);
      // Not one of a port, but of a test.
      if (client === undefined) return true;
      if (client.openRequests >= maxPipelined) {
        socket.destroy();
        return false;
      }
      client.openRequests++;
      response.once('close', () => {
        client.openRequests--;
        client.isServed ||= response.statusCode === 200;
        if (connections.get(peer) !== client) return;
        connections.delete(peer);
        connections.set(peer, client);
      });
      return true;
    },
    closeIdle,
    closeAll() {
      for (const { socket } of connections.values()) socket.destroy();
    },
  };
}

/** The same for the TLS socket and for the socket below it. */
function peerOf({ remoteAddress, remotePort }: Socket | TLSSocket): string {
  return `${remoteAddress} ${remotePort}`;
}
