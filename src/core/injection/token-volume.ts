import { type JsonObject, sameJson } from '../api/json.ts';
import type { Volume } from '../api/pod.ts';
import { TOKEN_VOLUME } from '../decision/own-ambassador.ts';

/** 0644, and written in decimal as the API server stores it. */
const DEFAULT_MODE = 420;

/**
 * What client-go needs to speak to the API server from within a pod: the same as the API server's
 * own kube-api-access volume holds, but for the life of its token.
 */
export function tokenVolume(
  volumes: readonly Volume[],
  expirationSeconds: number,
): { readonly volume: Volume; readonly isNew: boolean } {
  const projected = projection(expirationSeconds);
  const equal = volumes.find(
    ({ name, ...source }) => name.startsWith(TOKEN_VOLUME) && sameJson(source, { projected }),
  );
  if (equal !== undefined) return { volume: equal, isNew: false };
  return { volume: { name: freeName(volumes), projected }, isNew: true };
}

function freeName(volumes: readonly Volume[]): string {
  const taken = new Set(volumes.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? TOKEN_VOLUME : `${TOKEN_VOLUME}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function projection(expirationSeconds: number): JsonObject {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds, path: 'token' } },
      // Published into every namespace by the controller manager.
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [
            { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
          ],
        },
      },
    ],
    defaultMode: DEFAULT_MODE,
  };
}
