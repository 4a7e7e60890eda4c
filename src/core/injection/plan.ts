import type { Container, Pod, Volume } from '../api/pod.ts';
import { ownAmbassador } from '../decision/ambassador.ts';
import type { InjectDecision } from '../decision/decide.ts';
import type { MetadataDecision } from '../decision/decide-metadata.ts';
import { type ContainerSelection, selects } from '../decision/metadata-values.ts';
import type { EnvItem } from '../decision/profiles.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import {
  type ContainerInjection,
  type ContainerPlace,
  type ContainerPlan,
  type Injection,
  NOTHING_PLANNED,
} from './injection.ts';
import { AmbassadorPlanner } from './plan-ambassador.ts';
import { planEnv } from './plan-env.ts';
import { VolumePlanner } from './plan-files.ts';

export interface Plan {
  readonly injection: Injection;
  /** What was kept, and what came out otherwise than asked. */
  readonly findings: readonly Finding[];
}

/** What has to be added to a pod so that it has what was decided, and nothing twice. */
export function plan(pod: Pod, { metadata, ambassador }: InjectDecision): Plan {
  const beside = ambassador && new AmbassadorPlanner(pod, ambassador);
  const files = metadata && new MetadataPlanner(pod, metadata);
  const containers: ContainerInjection[] = [];
  const findings: Finding[] = [];
  for (const { container, at } of placedContainers(pod)) {
    const parts = [files?.plan(container), beside?.planNeighbour(container)];
    const env = planEnv(container, together(parts[0]?.env, parts[1]?.env));
    const volumeMounts = parts.flatMap((part) => part?.volumeMounts ?? []);
    findings.push(...env.findings, ...parts.flatMap((part) => part?.findings ?? []));
    if (env.env.length > 0 || volumeMounts.length > 0) {
      containers.push({ at, env: env.env, volumeMounts });
    }
  }
  if (metadata !== undefined) findings.push(...missingLimit(pod, metadata));
  const injection = {
    containers,
    volumes: [...(files?.volumes ?? []), ...(beside?.volumes ?? [])],
    annotations: beside?.annotations ?? new Map(),
    ...(beside?.sidecar && { sidecar: beside.sidecar }),
  };
  return { injection, findings: [...(beside?.findings ?? []), ...findings] };
}

/** Plans the metadata of the containers that are selected for it. */
class MetadataPlanner {
  readonly #metadata: MetadataDecision;
  readonly #files: VolumePlanner;
  #isFirst = true;

  constructor(pod: Pod, metadata: MetadataDecision) {
    this.#metadata = metadata;
    this.#files = new VolumePlanner(pod.spec.volumes ?? [], metadata.files, metadata.path);
  }

  get volumes(): readonly Volume[] {
    return this.#files.added;
  }

  plan(container: Container): ContainerPlan {
    if (!selects(this.#metadata.containers, container.name)) return NOTHING_PLANNED;
    const files = this.#files.plan(container, this.#isFirst);
    this.#isFirst = false;
    return { env: this.#metadata.env, ...files };
  }
}

/** Of two items of one name the first counts. A list that stands alone is passed on as it is. */
function together(
  one: readonly EnvItem[] = [],
  other: readonly EnvItem[] = [],
): readonly EnvItem[] {
  if (other.length === 0) return one;
  const names = new Set(one.map(({ name }) => name));
  return [...one, ...other.filter(({ name }) => !names.has(name))];
}

/** A container, and where it stands. */
export interface SelectedContainer {
  readonly container: Container;
  readonly at: ContainerPlace;
}

/** The containers that metadata is for: the app's own first, as theirs are the plain names. */
export function selectedContainers(pod: Pod, selection: ContainerSelection): SelectedContainer[] {
  return placedContainers(pod).filter(({ container }) => selects(selection, container.name));
}

function placedContainers(pod: Pod): SelectedContainer[] {
  const { containers, initContainers } = pod.spec;
  const all = [...placed('containers', containers), ...placed('initContainers', initContainers)];
  const own = ownAmbassador(pod);
  return own === undefined ? all : all.filter(({ container }) => container !== own);
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
