import type { Annotations, Pod } from '../api/pod.ts';
import { appContainers } from './ambassador.ts';
import { MIRROR_ANNOTATION } from './annotations.ts';
import { decideAmbassador, portFaults } from './decide-ambassador.ts';
import { decideMetadata, type MetadataDecision } from './decide-metadata.ts';
import type { AmbassadorDecision, Because, Wish } from './decision.ts';
import { type ReadAnnotations, readAnnotations } from './read-annotations.ts';
import { type Finding, finding, kindOf, rankOf } from './reasons.ts';
import type { Rules } from './rules.ts';
import type { Fault } from './values.ts';

/** The namespace that a pod is created in: always the review's, never the object's. */
export interface Namespace {
  readonly name: string;
  /** Its defaults for the pods in it. */
  readonly annotations?: Annotations;
  /** Why its annotations are not known. */
  readonly unavailable?: string;
}

/** What a pod should get, and why. */
export type Decision =
  | {
      readonly kind: 'skip';
      /** Something to tell as well where it is not of the kind `skipped`. */
      readonly because: Because;
      readonly notices: readonly Finding[];
    }
  | { readonly kind: 'deny'; readonly faults: readonly Fault[] }
  | InjectDecision;

/** At least one of the two is there. */
export interface InjectDecision {
  readonly kind: 'inject';
  readonly metadata?: MetadataDecision;
  readonly ambassador?: AmbassadorDecision;
  readonly notices: readonly Finding[];
}

/**
 * | the pod                                   | decision                             |
 * | ----------------------------------------- | ------------------------------------ |
 * | is a mirror pod                           | skip, mirror_pod                     |
 * | is in a namespace that the config exempts | skip, exempt_namespace               |
 * | is at fault, under `onInvalid: deny`      | deny, with all faults                |
 * | gets metadata, an ambassador or both      | inject; what it does not get is told |
 * | gets neither                              | skip, with the weightier reason      |
 */
export function decide(pod: Pod, namespace: Namespace, rules: Rules): Decision {
  const annotations = pod.metadata?.annotations;
  if (annotations && Object.hasOwn(annotations, MIRROR_ANNOTATION)) {
    return { kind: 'skip', because: finding('mirror_pod', {}), notices: [] };
  }
  if (rules.exemptNamespaces.has(namespace.name)) {
    const because = finding('exempt_namespace', { namespace: namespace.name });
    return { kind: 'skip', because, notices: [] };
  }
  const own = readAnnotations(annotations, { place: 'pod', containers: namesOf(pod) }, rules);
  const faults = [...own.faults, ...portFaults(pod, own.asked)];
  if (faults.length > 0 && rules.onInvalid === 'deny') return { kind: 'deny', faults };
  const defaults = readDefaults(namespace, rules);
  const asked = { ...defaults.asked, ...own.asked };
  const metadata = decideMetadata(own.asked, asked, rules);
  const ambassador = decideAmbassador(pod, namespace.name, own.asked, defaults.asked, rules);
  const told = [...faults, ...own.notices, ...defaults.faults, ...defaults.notices];
  return together(metadata, ambassador, told);
}

function namesOf(pod: Pod): string[] {
  return appContainers(pod).map(({ name }) => name);
}

/** What the namespace says for want of the pod's own word, and what is wrong with that. */
function readDefaults(namespace: Namespace, rules: Rules): ReadAnnotations {
  if (namespace.unavailable !== undefined) {
    const slots = { namespace: namespace.name, why: namespace.unavailable };
    return { asked: {}, faults: [], notices: [finding('namespace_unavailable', slots)] };
  }
  const carrier = { place: 'namespace', name: namespace.name } as const;
  return readAnnotations(namespace.annotations, carrier, rules);
}

function together(
  metadata: Wish<MetadataDecision>,
  ambassador: Wish<AmbassadorDecision>,
  told: readonly Finding[],
): Decision {
  const refused = [metadata, ambassador]
    .flatMap((wish) => ('because' in wish ? [wish.because] : []))
    .filter(({ reason }) => reason !== 'not_requested')
    .sort((one, other) => rankOf(one) - rankOf(other));
  const notices = [...told, ...metadata.notices, ...ambassador.notices];
  if (metadata.granted === undefined && ambassador.granted === undefined) {
    const [because = finding('not_requested', {}), ...others] = refused;
    return { kind: 'skip', because, notices: [...notices, ...others.filter(isTold)] };
  }
  return {
    kind: 'inject',
    ...(metadata.granted && { metadata: metadata.granted }),
    ...(ambassador.granted && { ambassador: ambassador.granted }),
    notices: [...notices, ...refused.filter(isTold)],
  };
}

function isTold(found: Finding): boolean {
  return kindOf(found) !== 'skipped';
}
