import { mutate } from '../core/admission/mutate.ts';
import type { Mutation } from '../core/admission/mutation.ts';
import { pointerTokens } from '../core/api/json-patch.ts';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import type { Pod } from '../core/api/pod.ts';
import type { Origin } from '../core/decision/namespace.ts';
import type { Rules } from '../core/decision/rules.ts';
import type { ManifestDocument } from './documents.ts';
import { type EditedManifest, editManifests, type OriginLookup } from './edit-manifests.ts';
import type { InjectOptions } from './inject.ts';
import { findPresent } from './removal/find-present.ts';
import { findRemovable } from './removal/find-removable.ts';
import { type InjectedParts, NO_PARTS, pointersTo, removeParts } from './removal/injected-parts.ts';
import { unsplice } from './splice/unsplice.ts';
import { findWorkloads, toDocumentPointer, type Workload } from './workloads.ts';

/** How to uninject manifests: with the rules that they were injected with. */
export type UninjectOptions = Omit<InjectOptions, 'annotate'>;

/** The result for one Pod or pod template. */
export interface UninjectReport {
  readonly workload: Workload;
  readonly removed: InjectedParts;
  /** The injection of the Pod or pod template as it was in the input. */
  readonly mutation: Mutation;
  /** What is left after the removal; absent for a malformed Pod or pod template. */
  readonly rest?: Rest;
}

/** A pod after the removal of the injected parts. */
export interface Rest {
  readonly pod: Pod;
  /** Parts that equal what podherald injects but are kept. */
  readonly present: InjectedParts;
  /** The injection of this pod. */
  readonly mutation: Mutation;
}

/** The result of `uninjectManifests` for one text. */
export type UninjectedManifest = EditedManifest<UninjectReport>;

/**
 * Removes from every Pod and workload in the YAML documents of some texts the parts that injecting
 * the result adds again. The other text is unchanged. Never throws for invalid input.
 *
 * @returns one result for each text, in the same order.
 */
export function uninjectManifests(
  texts: readonly string[],
  options: UninjectOptions,
): UninjectedManifest[] {
  return editManifests(texts, options, (text, document, lookUp) =>
    uninjectDocument(text, document, lookUp, options.rules),
  );
}

function uninjectDocument(
  text: string,
  document: ManifestDocument,
  lookUp: OriginLookup,
  rules: Rules,
): UninjectedManifest {
  const reports = findWorkloads(document.value, rules.podTemplates).map((workload) =>
    uninjectWorkload(workload, lookUp(workload), rules),
  );
  const cut = unsplice(text, reports.flatMap(removedPointers));
  if (cut.ok) return { text: cut.text, reports, notes: [], faults: [] };
  const advice = cut.expandable ? '; replace the YAML aliases by copies of their values' : '';
  const message = `cannot remove what podherald injected: ${cut.message}${advice}`;
  const line = document.lineOf(pointerTokens(cut.path ?? ''));
  return { text, reports, notes: [], faults: [{ line, message }] };
}

function uninjectWorkload(workload: Workload, origin: Origin, rules: Rules): UninjectReport {
  const pod = parsePod(workload.template);
  const mutation = mutate(workload.template, origin, rules);
  if (isMalformed(pod)) return { workload, removed: NO_PARTS, mutation };
  const removed = findRemovable(pod, origin, rules);
  return { workload, removed, mutation, rest: restOf(pod, removed, origin, rules) };
}

function restOf(whole: Pod, removed: InjectedParts, origin: Origin, rules: Rules): Rest {
  const pod = removeParts(whole, removed);
  const present = findPresent(pod, origin, rules);
  return { pod, present, mutation: mutate(pod, origin, rules) };
}

function removedPointers({ workload, removed }: UninjectReport): string[] {
  const pointers = pointersTo(removed, workload.template);
  return pointers.map((pointer) => toDocumentPointer(workload, pointer));
}
