import type { Access } from './access.ts';
import type { AmbassadorRules } from './ambassador-rules.ts';

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
