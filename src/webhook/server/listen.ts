import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';

/** All addresses, of both families if the machine has both. */
const EVERY_ADDRESS = ['::', '0.0.0.0'] as const;

/**
 * Listens on a port.
 *
 * @param host all addresses if it is undefined.
 * @param flag the flag that sets the port, for the error.
 * @returns the URL.
 * @throws AppError `listen`, with what to do about it.
 */
export async function listen(
  app: FastifyInstance,
  host: string | undefined,
  port: number,
  flag: string,
): Promise<string> {
  const [first, fallback] = host === undefined ? EVERY_ADDRESS : [host];
  try {
    return await app.listen({ host: first, port });
  } catch (cause) {
    if (fallback !== undefined && isWithoutIpv6(cause)) return listen(app, fallback, port, flag);
    throw new AppError('listen', reasonOf(cause, first, port, flag), { cause });
  }
}

function isWithoutIpv6(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
}

function reasonOf(cause: unknown, host: string, port: number, flag: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `port ${port} is in use by another process; set another one with ${flag}`;
  }
  if (code === 'EACCES') {
    return `port ${port} needs more privileges; set a port above 1023 with ${flag}`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is not an address of this machine; set another one with --host`;
  }
  return `cannot listen on ${host}, port ${port}: ${message}`;
}
