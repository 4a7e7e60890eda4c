import type { Container, Pod } from '../api/pod.ts';
import type { Decision } from '../decision/decide.ts';
import type { MetadataDecision } from '../decision/decide-metadata.ts';
import { type Finding, finding } from '../decision/findings.ts';
import { selects } from '../decision/metadata-values.ts';
import { containerCause, type PodParts, selectedContainers } from '../decision/pod-parts.ts';
import type { EnvItem } from '../decision/profiles.ts';
import {
  type ContainerInjection,
  type ContainerPlan,
  type FeaturePlan,
  type Injection,
  NO_ANNOTATIONS,
  NO_INJECTION,
} from './injection.ts';
import { planAmbassador } from './plan-ambassador.ts';
import { planEnv } from './plan-env.ts';
import { planFiles } from './plan-files.ts';

/** The injection, and the findings about what is kept or differs from the request. */
export interface Plan {
  readonly injection: Injection;
  readonly findings: readonly Finding[];
}

/** Plans what to add so that a pod has what was decided. What it already has is not added again. */
export function plan(parts: PodParts, { metadata, ambassador }: Decision): Plan {
  const metadataPlan = metadata && planMetadata(parts, metadata);
  const ambassadorPlan = ambassador && planAmbassador(parts, ambassador);
  const features = [metadataPlan, ambassadorPlan].filter((feature) => feature !== undefined);
  if (features.length === 0) return { injection: NO_INJECTION, findings: [] };
  const findings = features.flatMap((feature) => feature.findings);
  const containers: ContainerInjection[] = [];
  for (const [index, placed] of parts.appContainers.entries()) {
    const plans = features.flatMap((feature) => feature.containers[index] ?? []);
    const { env, findings: kept } = planEnv(placed, distinctByName(plans), metadata?.facts);
    const volumeMounts = plans.flatMap((one) => one.volumeMounts);
    findings.push(
      ...kept.filter((found) => isNews(found, findings)),
      ...plans.flatMap((one) => one.findings),
    );
    if (env.length + volumeMounts.length === 0) continue;
    containers.push({ name: placed.container.name, at: placed.at, env, volumeMounts });
  }
  if (metadata !== undefined) findings.push(...missingLimit(parts, metadata));
  const injection = {
    containers,
    volumes: features.flatMap((feature) => feature.volumes),
    annotations: ambassadorPlan?.annotations ?? NO_ANNOTATIONS,
    ...(ambassadorPlan?.ambassador && { ambassador: ambassadorPlan.ambassador }),
    ...(ambassadorPlan?.restartIndex !== undefined && {
      restartIndex: ambassadorPlan.restartIndex,
    }),
  };
  return { injection, findings };
}

/** That the config lacks a value, or the pod a workload, is said for the first container only. */
function isNews({ reason, slots }: Finding, known: readonly Finding[]): boolean {
  if (reason !== 'value_unknown') return true;
  return !known.some(
    (other) =>
      other.reason === reason &&
      other.slots['names'] === slots['names'] &&
      other.slots['why'] === slots['why'],
  );
}

function planMetadata(
  { pod, appContainers }: PodParts,
  { env, files, path, containers: selection }: MetadataDecision,
): FeaturePlan {
  const { volumes, containers } = planFiles(pod, appContainers, {
    files,
    mountPath: path,
    volumeName: 'downward',
    isFor: ({ name }) => selects(selection, name),
  });
  const plans = containers.map((mounts) => mounts && { env, ...mounts });
  return { containers: plans, volumes, findings: [] };
}

/**
 * The variables of all features; of two with one name the first is used. A single list is returned
 * as it is, because `toEnv` recognizes a profile's list.
 */
function distinctByName(plans: readonly ContainerPlan[]): readonly EnvItem[] {
  const [first, second] = plans;
  if (second === undefined || second.env.length === 0) return first?.env ?? [];
  if (first === undefined || first.env.length === 0) return second.env;
  const names = new Set(first.env.map(({ name }) => name));
  return [...first.env, ...second.env.filter(({ name }) => !names.has(name))];
}

/** Warns about the first container that shows a limit which neither it nor the pod sets. */
function missingLimit(parts: PodParts, { limitItems, containers }: MetadataDecision): Finding[] {
  if (limitItems.length === 0) return [];
  for (const placed of selectedContainers(parts, containers)) {
    for (const item of limitItems) {
      const resource = 'resource' in item.source ? item.source.resource : '';
      if (hasLimit(parts.pod, placed.container, resource)) continue;
      const name = 'name' in item ? item.name : item.path;
      const slots = { container: placed.container.name, resource, item: name };
      return [finding('limit_not_set', slots, containerCause(placed))];
    }
  }
  return [];
}

/** A limit of the whole pod is shown too (kubelet >= 1.34, defaultPodLimitsForDownwardAPI). */
function hasLimit(pod: Pod, container: Container, resource: string): boolean {
  const name = resource.slice('limits.'.length);
  return [container.resources, pod.spec.resources].some(
    (resources) => resources?.limits?.[name] !== undefined,
  );
}
