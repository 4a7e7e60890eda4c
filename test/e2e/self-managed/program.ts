import {
  type SelfManagedExtras,
  type SelfManagedNames,
  selfManagedTls,
} from '../../../src/cli/self-managed-tls.ts';
import { defaultConfig } from '../../../src/config/compile.ts';
import { createLog } from '../../../src/webhook/server/log.ts';
import { startServer } from '../../../src/webhook/server/server.ts';

/** The argument of this program, as JSON. */
export interface ProgramOptions {
  readonly names: SelfManagedNames;
  readonly extras: SelfManagedExtras;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
}

/**
 * This program is `podherald serve --self-managed-tls` with two things that have no flag:
 * certificates for an address, because the API server calls this machine by URL, and lifetimes of
 * seconds.
 */
const options: ProgramOptions = JSON.parse(process.argv[2] ?? '{}');
const { log } = await createLog('info', 'json');
const certificates = await selfManagedTls(options.names, log, options.extras);
const server = await startServer({
  config: defaultConfig('e2e'),
  certificates,
  log,
  host: options.host,
  port: options.port,
  adminPort: options.adminPort,
  shutdownDelayMs: 0,
  now: () => new Date(),
});
log.info({ url: server.url }, 'serving');
process.once('SIGTERM', () => void server.close());
