import type { Finding, ReasonOf } from './reasons.ts';
import type { Access, AmbassadorRules } from './rules.ts';

/** The ambassador that a pod should have, or has. */
export interface AmbassadorDecision {
  readonly container: string;
  readonly port: number;
  readonly access: Access;
  /** The pod's, which the access `namespace` is confined to. */
  readonly namespace: string;
  /** The annotation that holds the kubeconfig, where one is wanted. */
  readonly kubeconfigAnnotation?: string;
  readonly rules: AmbassadorRules;
}

/** Why a wish is not granted: of the kind `skipped`, or a notice to tell. */
export type Because = Finding<ReasonOf<'skipped' | 'notice'>>;

/** What becomes of one of a pod's wishes: its metadata, or its ambassador. */
export type Wish<Granted> = { readonly notices: readonly Finding[] } & (
  | { readonly granted: Granted }
  | { readonly granted?: undefined; readonly because: Because }
);
