import { type KeyPair, selfSigned } from '../../src/webhook/tls/certificate.ts';

/** Where the podherald under test runs: outside the cluster, or as a pod. */
export type Place = 'this machine' | 'the cluster';

/** The fields of podherald's config file, without its apiVersion and kind. */
export type Config = Readonly<Record<string, unknown>>;

/** A podherald that the API server can reach. */
export interface Podherald {
  /** Where the API server finds it, in the words of a webhook's clientConfig. */
  readonly clientConfig: { readonly url: string } | { readonly service: object };
  /** The certificate that it shows, which is its own authority. */
  readonly caBundle: string;
  /** Writes another config where podherald reads it, which it does in its own time. */
  readonly configure: (config: Config) => Promise<void>;
  /** Everything it has written so far. */
  readonly log: () => Promise<string>;
  /** Its metrics, as Prometheus reads them. */
  readonly metrics: () => Promise<string>;
  /** Ends it at once, and removes what it was started with. */
  readonly remove: () => Promise<void>;
}

/** How many reviews have ended so. */
export async function countReviews(podherald: Podherald, outcome: string): Promise<number> {
  return count(await podherald.metrics(), 'podherald_reviews_total', `outcome="${outcome}"`);
}

/** The sum of a metric's samples that have a label. */
export function count(metrics: string, name: string, label: string): number {
  const samples = metrics.matchAll(/^(\w+)\{(.*)\} (\d+)$/gm);
  const counted = [...samples].filter(([, of, labels]) => of === name && labels?.includes(label));
  return counted.reduce((sum, [, , , value]) => sum + Number(value), 0);
}

export function configText(config: Config): string {
  return JSON.stringify({ apiVersion: 'podherald.dev/v1', kind: 'Config', ...config });
}

/** Valid a day either way, as the clocks of this machine and the API server's may differ. */
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
