import type { Container } from '../api/pod.ts';
import type { AmbassadorDecision } from './ambassador-decision.ts';
import { declares } from './choose-port.ts';
import { accessOf, portOf, reaches } from './own-ambassador.ts';
import { type Finding, finding } from './reasons.ts';

/** An ambassador that is there already, as it is and not as it would be made. */
export interface KeptAmbassador {
  readonly ambassador: AmbassadorDecision;
  /** Where it is otherwise than the pod and its namespace want it by now. */
  readonly differences: readonly Finding[];
}

/**
 * Nothing of it is ever changed: it may be that of a copied pod, or of the round before.
 *
 * @param wanted what would be made.
 * @param port what the pod asks for, if it does.
 */
export function keptAmbassador(
  kept: Container,
  wanted: AmbassadorDecision,
  port: number | undefined,
  others: readonly Container[],
): KeptAmbassador {
  const access = accessOf(kept);
  const ambassador = { ...wanted, access, port: portOf(kept) ?? wanted.port };
  const differs = (is: string, instead: string): Finding =>
    finding('ambassador_differs', { container: kept.name, is, instead });
  const isElsewhere = access === 'namespace' && !reaches(kept, wanted.namespace);
  const rival = others.find((container) => declares(container, ambassador.port));
  return {
    ambassador,
    differences: [
      ...(access === wanted.access ? [] : [differs(`access ${access}`, wanted.access)]),
      ...(isElsewhere ? [differs('access to another namespace', wanted.namespace)] : []),
      ...(port === undefined || port === ambassador.port || others.some((of) => declares(of, port))
        ? []
        : [differs(`port ${ambassador.port}`, String(port))]),
      ...(rival === undefined
        ? []
        : [finding('port_shared', { container: rival.name, port: String(ambassador.port) })]),
    ],
  };
}
