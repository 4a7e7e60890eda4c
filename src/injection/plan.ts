import type { Container, Pod } from '../api/pod.ts';
import { type ContainerSelection, selects } from '../decision/container-selection.ts';
import type { MetadataDecision } from '../decision/decide.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import type { ContainerInjection, ContainerPlace, Injection } from './injection.ts';
import { planEnv } from './plan-env.ts';
import { VolumePlanner } from './plan-files.ts';

export interface Plan {
  readonly injection: Injection;
  /** What was kept, and what came out otherwise than asked. */
  readonly findings: readonly Finding[];
}

/** What has to be added to a pod so that it has what was decided, and nothing twice. */
export function plan(pod: Pod, metadata: MetadataDecision): Plan {
  const volumes = new VolumePlanner(pod.spec.volumes ?? [], metadata.files, metadata.path);
  const containers: ContainerInjection[] = [];
  const findings: Finding[] = [];
  let isFirst = true;
  for (const { container, at } of selectedContainers(pod, metadata.containers)) {
    const env = planEnv(container, metadata.env);
    const files = volumes.plan(container, isFirst);
    isFirst = false;
    findings.push(...env.findings, ...files.findings);
    if (env.env.length > 0 || files.volumeMounts.length > 0) {
      containers.push({ at, env: env.env, volumeMounts: files.volumeMounts });
    }
  }
  findings.push(...missingLimit(pod, metadata));
  return {
    injection: { containers, volumes: volumes.added, annotations: new Map() },
    findings,
  };
}

/** A container that metadata is for, and where it stands. */
export interface SelectedContainer {
  readonly container: Container;
  readonly at: ContainerPlace;
}

/** The containers that metadata is for: the app's own first, as theirs are the plain names. */
export function selectedContainers(pod: Pod, selection: ContainerSelection): SelectedContainer[] {
  const { containers, initContainers } = pod.spec;
  const all = [...placed('containers', containers), ...placed('initContainers', initContainers)];
  return all.filter(({ container }) => selects(selection, container.name));
}

function placed(
  list: ContainerPlace['list'],
  containers: readonly Container[] | null | undefined,
): SelectedContainer[] {
  return (containers ?? []).map((container, index) => ({ container, at: { list, index } }));
}

/** One finding for the first of the pod's containers whose limit is asked for and not set. */
function missingLimit(pod: Pod, { limitItems, containers }: MetadataDecision): Finding[] {
  if (limitItems.length === 0) return [];
  for (const { container } of selectedContainers(pod, containers)) {
    for (const item of limitItems) {
      const resource = 'resource' in item.source ? item.source.resource : '';
      if (hasLimit(pod, container, resource)) continue;
      const name = 'name' in item ? item.name : item.path;
      return [finding('limit_not_set', { container: container.name, resource, item: name })];
    }
  }
  return [];
}

/** A limit of the whole pod counts too (kubelet ≥ 1.34, defaultPodLimitsForDownwardAPI). */
function hasLimit(pod: Pod, container: Container, resource: string): boolean {
  const name = resource.slice('limits.'.length);
  return [container.resources, pod.spec.resources].some(
    (resources) => resources?.limits?.[name] !== undefined,
  );
}
