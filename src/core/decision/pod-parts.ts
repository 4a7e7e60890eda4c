import type { Container, Pod } from '../api/pod.ts';
import { isAmbassador } from './ambassador.ts';
import type { Cause } from './findings.ts';
import { type ContainerSelection, selects } from './metadata-values.ts';

/** A pod, divided into its ambassador and its app containers. */
export interface PodParts {
  readonly pod: Pod;
  /** The ambassador that podherald injected before. */
  readonly ambassador: PlacedContainer | undefined;
  /** All other containers: those of `containers` first, then those of `initContainers`. */
  readonly appContainers: readonly PlacedContainer[];
}

/** A container and its position in the pod. */
export interface PlacedContainer {
  readonly container: Container;
  readonly at: ContainerPosition;
}

export interface ContainerPosition {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
}

/** Divides a pod into its ambassador and its app containers. */
export function podParts(pod: Pod): PodParts {
  const { containers, initContainers, volumes } = pod.spec;
  const inits = placed('initContainers', initContainers);
  const ambassador = inits.find(({ container }) => isAmbassador(container, volumes));
  const others = ambassador === undefined ? inits : inits.filter((one) => one !== ambassador);
  return { pod, ambassador, appContainers: [...placed('containers', containers), ...others] };
}

function placed(
  list: ContainerPosition['list'],
  containers: readonly Container[] | null | undefined,
): PlacedContainer[] {
  return (containers ?? []).map((container, index) => ({ container, at: { list, index } }));
}

/** The containers that get metadata. */
export function selectedContainers(
  { appContainers }: PodParts,
  selection: ContainerSelection,
): PlacedContainer[] {
  return appContainers.filter(({ container }) => selects(selection, container.name));
}

/** A container, or one of its fields, as the cause of a finding. */
export function containerCause({ at }: PlacedContainer, ...field: readonly string[]): Cause {
  return { kind: 'field', path: ['spec', at.list, at.index, ...field] };
}
