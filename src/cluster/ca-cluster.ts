import type { Logger } from 'pino';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { apiClient } from './api-client.ts';
import type { ApiError } from './api-error.ts';
import { type CaSecret, caSecret, secretsPath } from './ca-secret.ts';
import type { Connection } from './connection.ts';
import { watchForever } from './watch.ts';
import {
  CONFIGURATIONS_PATH,
  type WebhookConfiguration,
  webhookConfiguration,
} from './webhook-configuration.ts';

/** The objects of self-managed certificates. Whatever fails is an ApiError that says what to do. */
export interface CaCluster {
  readonly secret: CaSecret;
  readonly configuration: WebhookConfiguration;
  /** Calls back whenever one of the two may have changed, until the signal aborts. */
  watch(onChange: () => void, signal: AbortSignal): void;
}

/** The names of these objects. */
export interface CaObjectNames {
  /** The namespace of the Secret. */
  readonly namespace: string;
  readonly secret: string;
  readonly configuration: string;
}

/** An object takes a few ms; with API priority and fairness it may wait in a queue for seconds. */
const LIMIT_MS = 10_000;

/** What to do about a status, if the API server's own message does not say. */
const HINTS: Readonly<Record<number, string>> = {
  401: 'the API server does not accept the ServiceAccount token; podherald reads the token again for the next request',
  403: 'apply the Role and ClusterRole that `podherald manifests` prints',
  404: "the namespace does not exist; set --namespace to podherald's own",
};

/**
 * The Secret of the CA and podherald's MutatingWebhookConfiguration. It needs create on Secrets; get,
 * watch and update on that Secret; get, watch and patch on that configuration.
 */
export function caCluster(
  connection: Connection,
  { namespace, secret, configuration }: CaObjectNames,
  log: Pick<Logger, 'warn' | 'debug'>,
  clock: Clock = SYSTEM_CLOCK,
): CaCluster {
  const client = apiClient(connection, { clock, limitMs: LIMIT_MS, hints: HINTS });
  return {
    secret: caSecret(client, namespace, secret),
    configuration: webhookConfiguration(client, configuration),
    watch(onChange, signal) {
      // The ServiceAccount may watch only this object.
      const watchObject = (path: string, name: string): void =>
        void watchForever(connection, {
          path,
          fieldSelector: `metadata.name=${name}`,
          accept: 'application/json',
          clock,
          signal,
          onEvent: onChange,
          onEnd: (error, failures) => logEnd(log, { path, name }, error, failures),
        });
      watchObject(secretsPath(namespace), secret);
      watchObject(CONFIGURATIONS_PATH, configuration);
    },
  };
}

/** Reads of the same objects already log that the API server is unreachable. */
function logEnd(
  log: Pick<Logger, 'warn' | 'debug'>,
  object: { readonly path: string; readonly name: string },
  error: ApiError | undefined,
  failures: number,
): void {
  if (error === undefined) return;
  const level = error.status !== undefined && failures === 1 ? 'warn' : 'debug';
  log[level]({ ...object, error: error.message }, 'a watch failed; opening it again');
}
