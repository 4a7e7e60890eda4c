import { type KeyPair, selfSigned } from '../../src/webhook/tls/certificate.ts';

/** Where the podherald to test runs: as a process on this machine, or as a pod in the cluster. */
export type RunsIn = 'process' | 'pod';

/** The fields of podherald's config file, without `apiVersion` and `kind`. */
export type Config = Readonly<Record<string, unknown>>;

/** A running podherald that the API server can reach. */
export interface Podherald {
  /** Its address, as in the `clientConfig` of a webhook. */
  readonly clientConfig: { readonly url: string } | { readonly service: object };
  /** Its self-signed certificate, in base64. */
  readonly caBundle: string;
  /** Replaces its config file. podherald reloads it some time later. */
  readonly configure: (config: Config) => Promise<void>;
  /** Its log so far. */
  readonly log: () => Promise<string>;
  /** Its metrics, in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
  /** Kills it, and removes the objects or files that were created for it. */
  readonly remove: () => Promise<void>;
}

/** Returns the number of reviews with this outcome. */
export async function countReviews(podherald: Podherald, outcome: string): Promise<number> {
  return count(await podherald.metrics(), 'podherald_reviews_total', `outcome="${outcome}"`);
}

/** Returns the sum of the samples of a metric whose labels contain this text. */
export function count(metrics: string, name: string, label: string): number {
  const samples = [...metrics.matchAll(/^(\w+)\{(.*)\} (\d+)$/gm)];
  const matching = samples.filter(
    ([, metric, labels]) => metric === name && labels?.includes(label),
  );
  return matching.reduce((sum, [, , , value]) => sum + Number(value), 0);
}

/** Returns the text of a config file. */
export function configText(config: Config): string {
  return JSON.stringify({ apiVersion: 'podherald.dev/v1', kind: 'Config', ...config });
}

/** Makes a certificate that is valid from a day ago to a day ahead, to tolerate clock skew. */
export function certificateFor(
  names: readonly string[],
  addresses: readonly string[],
  now: Date,
): Promise<KeyPair> {
  const dayMs = 24 * 60 * 60 * 1000;
  return selfSigned({
    names,
    addresses,
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + dayMs),
  });
}
