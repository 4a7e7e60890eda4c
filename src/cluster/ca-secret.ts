import { isObject, type JsonObject } from '../core/api/json.ts';
import type { ApiClient, WriteResult } from './api-client.ts';
import { ApiError, unexpectedResponse } from './api-error.ts';

/** The Secret that holds the CA of self-managed certificates. */
export interface CaSecret {
  /** @returns undefined if there is none. */
  read(): Promise<SeenSecret | undefined>;
  create(data: Required<CaSecretData>): Promise<WriteResult>;
}

/** The Secret as it was read. */
export interface SeenSecret {
  readonly data: CaSecretData;
  /** A conflict unless the Secret is still as it was read. */
  update(data: Required<CaSecretData>): Promise<WriteResult>;
}

/** The keys of the Secret that podherald uses, decoded: the usual ones of a Secret with a certificate. */
export interface CaSecretData {
  /** The CA that signs now, and its key. */
  readonly 'tls.crt'?: string;
  readonly 'tls.key'?: string;
  /** All CAs that must be trusted: that one, and earlier ones until they expire. */
  readonly 'ca.crt'?: string;
}

const KEYS = ['tls.crt', 'tls.key', 'ca.crt'] as const satisfies readonly (keyof CaSecretData)[];

const LABELS = {
  'app.kubernetes.io/name': 'podherald',
  'app.kubernetes.io/managed-by': 'podherald',
};

/** Updates keep whatever else the Secret and its metadata hold. */
export function caSecret(client: ApiClient, namespace: string, name: string): CaSecret {
  const collection = secretsPath(namespace);
  const path = `${collection}/${name}`;
  return {
    async read() {
      const object = await client.read(path);
      if (object === undefined) return undefined;
      if (!isObject(object['metadata'])) throw unexpectedResponse('not a Secret');
      return {
        data: decoded(object['data']),
        async update(data) {
          if (object['immutable'] === true) throw immutable(namespace, name);
          const others = isObject(object['data']) ? object['data'] : {};
          return client.update(path, { ...object, data: { ...others, ...encoded(data) } });
        },
      };
    },
    create: (data) =>
      client.create(collection, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace, labels: LABELS },
        type: 'Opaque',
        data: encoded(data),
      }),
  };
}

/** The path of a namespace's Secrets. */
export function secretsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

function decoded(data: unknown): CaSecretData {
  const texts: Partial<Record<(typeof KEYS)[number], string>> = {};
  for (const key of KEYS) {
    const value = isObject(data) ? data[key] : undefined;
    if (typeof value === 'string') texts[key] = Buffer.from(value, 'base64').toString('utf8');
  }
  return texts;
}

function encoded(data: Required<CaSecretData>): JsonObject {
  return Object.fromEntries(KEYS.map((key) => [key, Buffer.from(data[key]).toString('base64')]));
}

function immutable(namespace: string, name: string): ApiError {
  return new ApiError(
    `the Secret is immutable and its CA cannot be used: run \`kubectl delete secret ${name} -n ${namespace}\`, and podherald creates it again`,
  );
}
