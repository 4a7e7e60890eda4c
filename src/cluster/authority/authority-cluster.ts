import type { Logger } from 'pino';
import type { AuthorityCluster } from '../../webhook/tls/authority/ports.ts';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import type { Connection } from '../connection.ts';
import { objectsOf } from '../objects.ts';
import { watchObject } from '../watch-object.ts';
import { caSecret, secretsPath } from './ca-secret.ts';
import { CONFIGURATIONS_PATH, webhookConfiguration } from './webhook-configuration.ts';

/** The objects that self-managed certificates are kept in. */
export interface AuthorityPlace {
  readonly namespace: string;
  readonly secret: string;
  readonly configuration: string;
}

/**
 * The Secret of the CA and our MutatingWebhookConfiguration. It needs create on Secrets; get, watch
 * and update on that one; get, watch and patch on that configuration.
 */
export function authorityCluster(
  connection: Connection,
  { namespace, secret, configuration }: AuthorityPlace,
  log: Pick<Logger, 'warn' | 'debug'>,
  clock: Clock = SYSTEM_CLOCK,
): AuthorityCluster {
  const objects = objectsOf(connection, clock);
  return {
    secret: caSecret(objects, namespace, secret),
    configuration: webhookConfiguration(objects, configuration),
    watch(onChange, signal) {
      const shared = { clock, signal, log, onChange };
      void watchObject(connection, { path: secretsPath(namespace), name: secret, ...shared });
      void watchObject(connection, { path: CONFIGURATIONS_PATH, name: configuration, ...shared });
    },
  };
}
