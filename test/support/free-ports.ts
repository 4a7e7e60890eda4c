import { type AddressInfo, createServer } from 'node:net';

/** Two ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = servers.map(async (server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  });
  const [one = 0, other = 0] = await Promise.all(ports);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return [one, other];
}
