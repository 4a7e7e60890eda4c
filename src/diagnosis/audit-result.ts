import type { Mutation } from '../core/admission/mutation.ts';
import type { JsonObject } from '../core/api/json.ts';
import { sentenceOf } from '../core/decision/findings.ts';
import type { Reason } from '../core/decision/reasons.ts';
import type { Workload } from '../manifests/workloads.ts';
import { findMisplaced, type MisplacedAnnotations } from './misplaced-annotations.ts';
import type { MissingInjection } from './missing-injection.ts';
import type { MissingReason } from './missing-reasons.ts';
import { type Owner, objectAt, ownerOf } from './object-metadata.ts';
import { correctTemplate, moveToTemplate, type Remedy } from './remedies.ts';

/** What an audit of a cluster found. */
export interface AuditResult {
  /** The name of the config that was used. */
  readonly config: string;
  /** The number of pods that were checked. */
  readonly pods: number;
  readonly groups: readonly AuditGroup[];
  /** The number of pods to which the defaults of their namespace cannot be applied, by reason. */
  readonly notApplicable: Readonly<Partial<Record<Reason, number>>>;
  readonly misplaced: readonly MisplacedWorkload[];
  readonly templates: readonly FaultyTemplate[];
  /** What could not be read, and why: one sentence each. */
  readonly unreadable: readonly string[];
}

/** The pods of one owner that are missing an injection for the same reason. */
export interface AuditGroup {
  readonly namespace: string;
  readonly owner: Owner;
  readonly because: MissingReason;
  /** The names of the pods. */
  readonly pods: readonly string[];
}

/** A workload with annotations that have no effect on its pods. */
export interface MisplacedWorkload extends MisplacedAnnotations {
  readonly namespace: string;
  readonly remedy: Remedy;
}

/** A workload whose pod template has invalid annotations: it may have no pods at all. */
export interface FaultyTemplate {
  readonly namespace: string;
  readonly owner: Owner;
  /** Whether podherald denies every pod of the template. */
  readonly isDenied: boolean;
  /** What is invalid, one sentence each. */
  readonly messages: readonly string[];
  readonly remedy: Remedy;
}

/**
 * Finds the invalid annotations of a pod template.
 *
 * @param mutation the result of `mutate` for the template.
 */
export function faultyTemplateIn(
  { kind, name, namespace = '' }: Workload,
  { outcome, decision, findings }: Mutation,
): FaultyTemplate[] {
  const isDenied = outcome === 'denied';
  const shown = isDenied
    ? (decision?.faults ?? [])
    : findings.filter(
        ({ reason, causes: [cause] }) =>
          reason === 'unknown_key' && cause?.kind === 'annotation' && cause.namespace === undefined,
      );
  if (shown.length === 0) return [];
  const owner = { kind, name };
  const messages = shown.map(sentenceOf);
  return [{ namespace, owner, isDenied, messages, remedy: correctTemplate(owner, namespace) }];
}

/**
 * Collects the pods that are missing an injection. It keeps their names only, so that the pods of a
 * large cluster do not have to fit into memory.
 */
export class PodAudit {
  /** The number of pods that were checked. */
  count = 0;
  readonly notApplicable = new Map<Reason, number>();
  /** What could not be read, without duplicates. */
  readonly unreadable = new Set<string>();
  readonly #groups: Groups = new Map();

  add(pod: JsonObject, { because, notApplicable }: MissingInjection): void {
    this.count += 1;
    for (const reason of notApplicable) {
      this.notApplicable.set(reason, (this.notApplicable.get(reason) ?? 0) + 1);
    }
    if (because === undefined) return;
    const { namespace, name } = objectAt(pod, 'metadata');
    const pods = [String(name)];
    addTo(this.#groups, { namespace: String(namespace), owner: ownerOf(pod), because, pods });
  }

  groups(): AuditGroup[] {
    return [...this.#groups.values()];
  }
}

type Groups = Map<string, AuditGroup & { readonly pods: string[] }>;

/** Merges groups that have the same owner and reason. */
export function mergeGroups(groups: readonly AuditGroup[]): AuditGroup[] {
  const merged: Groups = new Map();
  for (const group of groups) addTo(merged, group);
  return [...merged.values()];
}

function addTo(groups: Groups, group: AuditGroup): void {
  const { namespace, owner, because } = group;
  const reasons = [because.code, ...(because.findings ?? [])];
  const key = [namespace, owner.kind, owner.name, ...reasons].join('/');
  const same = groups.get(key) ?? { ...group, pods: [] };
  same.pods.push(...group.pods);
  groups.set(key, same);
}

/** The misplaced annotations of a workload, with the remedy; empty if there are none. */
export function misplacedIn(workload: Workload, prefix: string): MisplacedWorkload[] {
  const { namespace = '' } = workload;
  const misplaced = findMisplaced(workload, prefix);
  if (misplaced === undefined) return [];
  return [{ namespace, ...misplaced, remedy: moveToTemplate(misplaced, namespace) }];
}

/** Orders groups and workloads by namespace, then by kind and name of the owner. */
export function byOwner(
  one: Pick<AuditGroup, 'namespace' | 'owner'>,
  other: Pick<AuditGroup, 'namespace' | 'owner'>,
): number {
  return ownerKey(one) < ownerKey(other) ? -1 : 1;
}

/** The owner as one text. */
export function ownerKey({ namespace, owner }: Pick<AuditGroup, 'namespace' | 'owner'>): string {
  return [namespace, owner.kind, owner.name].join('/');
}
