import { isObject, type JsonObject } from '../../core/api/json.ts';
import type { CaSecretData } from '../../webhook/tls/authority/ca-state.ts';
import type { CaSecret } from '../../webhook/tls/authority/ports.ts';
import type { Objects } from '../objects.ts';
import { Trouble } from '../trouble.ts';
import { advised } from './advice.ts';

const KEYS = ['tls.crt', 'tls.key', 'ca.crt'] as const satisfies readonly (keyof CaSecretData)[];

const LABELS = {
  'app.kubernetes.io/name': 'podherald',
  'app.kubernetes.io/managed-by': 'podherald',
};

/** The Secret of the CA. What else somebody has put into it, or onto it, stays. */
export function caSecret(objects: Objects, namespace: string, name: string): CaSecret {
  const collection = secretsPath(namespace);
  const path = `${collection}/${name}`;
  return {
    read: () =>
      advised(async () => {
        const object = await objects.read(path);
        if (object === undefined) return undefined;
        return {
          data: textsOf(object['data']),
          update: (data) =>
            advised(() => {
              if (object['immutable'] === true) throw immutable(namespace, name);
              const all = { ...memberOf(object, 'data'), ...encoded(data) };
              return objects.update(path, { ...object, data: all });
            }),
        };
      }),
    create: (data) =>
      advised(() =>
        objects.create(collection, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name, namespace, labels: LABELS },
          type: 'Opaque',
          data: encoded(data),
        }),
      ),
  };
}

export function secretsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

function memberOf(object: JsonObject, key: string): JsonObject {
  const member = object[key];
  return isObject(member) ? member : {};
}

function textsOf(data: unknown): CaSecretData {
  const texts: Partial<Record<(typeof KEYS)[number], string>> = {};
  for (const key of KEYS) {
    const value = isObject(data) ? data[key] : undefined;
    if (typeof value === 'string') texts[key] = Buffer.from(value, 'base64').toString('utf8');
  }
  return texts;
}

function encoded(data: Required<CaSecretData>): Record<string, string> {
  return Object.fromEntries(KEYS.map((key) => [key, Buffer.from(data[key]).toString('base64')]));
}

function immutable(namespace: string, name: string): Trouble {
  return new Trouble(
    `it is immutable and holds no CA that can be used: kubectl delete secret ${name} -n ${namespace}, and podherald makes it again`,
  );
}
