import type { Container, Pod } from '../api/pod.ts';
import type { Decision } from '../decision/decide.ts';
import type { MetadataDecision } from '../decision/decide-metadata.ts';
import {
  containerCause,
  type PlacedContainer,
  type PodParts,
  selectedContainers,
} from '../decision/pod-parts.ts';
import type { EnvItem } from '../decision/profiles.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import {
  type ContainerInjection,
  type ContainerPlan,
  type FeaturePlan,
  type Injection,
  NO_INJECTION,
} from './injection.ts';
import { planAmbassador } from './plan-ambassador.ts';
import { planEnv } from './plan-env.ts';
import { type ContainerFiles, planFiles } from './plan-files.ts';

/** What is to be added, and what is kept or comes out differently than requested. */
export interface Plan {
  readonly injection: Injection;
  readonly findings: readonly Finding[];
}

/** What has to be added to a pod so that it has what was decided, and nothing twice. */
export function plan(parts: PodParts, { metadata, ambassador }: Decision): Plan {
  if (metadata === undefined && ambassador === undefined) {
    return { injection: NO_INJECTION, findings: [] };
  }
  const features = [
    metadata && planMetadata(parts, metadata),
    ambassador && planAmbassador(parts, ambassador),
  ].filter((feature) => feature !== undefined);
  const containers: ContainerInjection[] = [];
  const findings = features.flatMap((feature) => feature.findings);
  for (const placed of parts.appContainers) {
    const plans = features.flatMap((feature) => feature.containers.get(placed) ?? []);
    const { env, findings: kept } = planEnv(placed, distinctByName(plans));
    const volumeMounts = plans.flatMap((one) => one.volumeMounts);
    findings.push(...kept, ...plans.flatMap((one) => one.findings));
    if (env.length + volumeMounts.length === 0) continue;
    containers.push({ name: placed.container.name, at: placed.at, env, volumeMounts });
  }
  if (metadata !== undefined) findings.push(...missingLimit(parts, metadata));
  const sidecar = features.find((feature) => feature.sidecar !== undefined)?.sidecar;
  const injection = {
    containers,
    volumes: features.flatMap((feature) => feature.volumes),
    annotations: new Map(features.flatMap(({ annotations }) => [...(annotations ?? [])])),
    ...(sidecar && { sidecar }),
  };
  return { injection, findings };
}

function planMetadata(parts: PodParts, metadata: MetadataDecision): FeaturePlan {
  const { env, files, path, containers } = metadata;
  const selected = selectedContainers(parts, containers);
  const { volumes, containers: mounts } = planFiles(parts.pod, selected, {
    files,
    mountPath: path,
    volumeName: 'downward',
  });
  const plans = selected.map((placed, index): [PlacedContainer, ContainerPlan] => [
    placed,
    { env, ...(mounts[index] ?? NO_FILES) },
  ]);
  return { containers: new Map(plans), volumes, findings: [] };
}

const NO_FILES: ContainerFiles = { volumeMounts: [], findings: [] };

/**
 * The variables of all features; of two with one name the first is used. A single list is returned
 * as it is, because `toEnv` recognizes a profile's list.
 */
function distinctByName(plans: readonly ContainerPlan[]): readonly EnvItem[] {
  const lists = plans.map(({ env }) => env).filter((env) => env.length > 0);
  const [first = [], ...others] = lists;
  if (others.length === 0) return first;
  const byName = new Map<string, EnvItem>();
  for (const item of lists.flat()) if (!byName.has(item.name)) byName.set(item.name, item);
  return [...byName.values()];
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
