import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * Keeps track of connections that have not spoken TLS yet. They belong to nobody whom closing an
 * HTTPS server would end, and so would hold it up.
 *
 * @returns what ends them.
 */
export function trackHandshakes(server: Server): () => void {
  const unfinished = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    unfinished.set(peer, socket);
    socket.once('close', () => unfinished.delete(peer));
  });
  server.on('secureConnection', (socket: TLSSocket) => unfinished.delete(peerOf(socket)));
  return () => {
    for (const socket of unfinished.values()) socket.destroy();
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
