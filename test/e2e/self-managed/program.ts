import { selfManagedTls } from '../../../src/cli/self-managed-tls.ts';
import { defaultConfig } from '../../../src/config/compile.ts';
import { createLog } from '../../../src/webhook/server/log.ts';
import { startServer } from '../../../src/webhook/server/server.ts';
import type { ProgramOptions } from './options.ts';

/**
 * `podherald serve --self-managed-tls` but for what no flag says: certificates for an address, as
 * the API server reaches this machine by URL, and lives of seconds. Its one argument is JSON.
 */
const options: ProgramOptions = JSON.parse(process.argv[2] ?? '{}');
const log = await createLog('info', 'json');
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
