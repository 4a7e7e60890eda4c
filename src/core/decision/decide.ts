import { portFaults } from './ambassador-obstacles.ts';
import { type AmbassadorDecision, decideAmbassador } from './decide-ambassador.ts';
import {
  decideMetadata,
  type FeatureDecision,
  type MetadataDecision,
  type SkipFinding,
} from './decide-metadata.ts';
import { type Fault, type Finding, finding, kindOf, rankOf } from './findings.ts';
import { factsFor } from './known-values.ts';
import type { Namespace, Origin } from './namespace.ts';
import type { PodParts } from './pod-parts.ts';
import { type ReadAnnotations, readAnnotations } from './read-annotations.ts';
import type { Rules } from './rules.ts';
import { topologyNotices } from './topology.ts';

/** What a pod should get, and why. */
export interface Decision {
  readonly metadata?: MetadataDecision;
  readonly ambassador?: AmbassadorDecision;
  /** Why the pod gets neither; absent if it gets one of them. */
  readonly skipped?: SkipFinding;
  /** The pod's invalid annotations. All other fields treat them as absent. */
  readonly faults: readonly Fault[];
  readonly notices: readonly Finding[];
}

/**
 * Decides about metadata and ambassador independently. A feature that is requested but not injected
 * gets a notice. If the pod gets neither feature, the more important reason is the result.
 */
export function decide(parts: PodParts, origin: Origin, rules: Rules): Decision {
  const containers = parts.appContainers.map(({ container }) => container.name);
  const { annotations } = parts.pod.metadata ?? {};
  const own = readAnnotations(annotations, { kind: 'pod', containers }, rules);
  const defaults = readDefaults(origin, rules);
  const effective = { ...defaults.requests, ...own.requests };
  const metadata = withFacts(decideMetadata(own.requests, effective, rules), parts, origin, rules);
  const ambassador = decideAmbassador(parts, origin.name, own.requests, defaults.requests, rules);
  const portTaken = portFaults(parts, own.requests);
  const faults = [...own.faults, ...portTaken];
  // The pod is denied for its port, so no notice says that the port has moved.
  const movesPort = portTaken.length === 0 || rules.onInvalid === 'warn';
  const notices = [
    ...[...own.notices, ...defaults.faults, ...defaults.notices],
    ...[...metadata.notices, ...ambassador.notices].filter(
      ({ reason }) => reason !== 'port_moved' || movesPort,
    ),
  ];
  return { ...combine(metadata, ambassador, notices), faults };
}

/** Completes the metadata by what is known of the pod, if that is requested. */
function withFacts(
  metadata: FeatureDecision<MetadataDecision>,
  { pod }: PodParts,
  origin: Origin,
  rules: Rules,
): FeatureDecision<MetadataDecision> {
  const { spec } = metadata;
  if (spec === undefined) return metadata;
  const notices = [...metadata.notices, ...topologyNotices(spec, pod, rules)];
  const facts = factsFor(spec.env, pod, origin, rules);
  return { spec: facts === undefined ? spec : { ...spec, facts }, notices };
}

/** Both features, or the more important reason why the pod gets neither. */
function combine(
  metadata: FeatureDecision<MetadataDecision>,
  ambassador: FeatureDecision<AmbassadorDecision>,
  notices: readonly Finding[],
): Omit<Decision, 'faults'> {
  const skipped = [metadata, ambassador]
    .flatMap((feature) => ('skipped' in feature ? [feature.skipped] : []))
    .filter(({ reason }) => reason !== 'not_requested')
    .sort((one, other) => rankOf(one) - rankOf(other));
  if (metadata.spec === undefined && ambassador.spec === undefined) {
    const [first = finding('not_requested', {}), ...others] = skipped;
    return { skipped: first, notices: [...notices, ...others.filter(isNotice)] };
  }
  return {
    ...(metadata.spec && { metadata: metadata.spec }),
    ...(ambassador.spec && { ambassador: ambassador.spec }),
    notices: [...notices, ...skipped.filter(isNotice)],
  };
}

function readDefaults(namespace: Namespace, rules: Rules): ReadAnnotations {
  const { name, annotations, unavailable } = namespace;
  if (unavailable === undefined) {
    return readAnnotations(annotations, { kind: 'namespace', name }, rules);
  }
  const slots = { namespace: name, why: unavailable };
  const notice = finding('namespace_unavailable', slots, { kind: 'namespace', name });
  return { requests: {}, faults: [], notices: [notice] };
}

function isNotice(found: Finding): boolean {
  return kindOf(found) !== 'skipped';
}
