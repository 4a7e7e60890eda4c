import { mutate } from '../core/admission/mutate.ts';
import type { Mutation } from '../core/admission/mutation.ts';
import { isMalformed, type Pod, parsePod } from '../core/api/pod.ts';
import type { Namespace } from '../core/decision/decide.ts';
import type { Rules } from '../core/decision/rules.ts';
import { type ManifestDocument, readDocuments } from './documents.ts';
import {
  assemble,
  type InjectOptions,
  type ManifestRemark,
  namespaceOf,
  type ReadManifest,
} from './inject.ts';
import { namespacesIn } from './objects.ts';
import { findPresent } from './removal/find-present.ts';
import { findOurs } from './removal/find-removable.ts';
import { NOTHING_OURS, type Ours, removalsOf, without } from './removal/injected-parts.ts';
import { unsplice } from './splice/unsplice.ts';
import { findWorkloads, pathBelow, type Workload } from './workloads.ts';

export type UninjectOptions = Pick<InjectOptions, 'rules' | 'namespace'>;

/** What was podherald's in one pod or pod template. */
export interface UninjectReport {
  readonly workload: Workload;
  readonly ours: Ours;
  /** What `inject` makes of it as it was given. */
  readonly mutation: Mutation;
  /** The rest of it; absent where it is no pod. */
  readonly rest?: Rest;
}

/** What stays of a pod, and what of that looks like podherald's. */
export interface Rest {
  readonly pod: Pod;
  readonly present: Ours;
  /** What `inject` makes of it. */
  readonly mutation: Mutation;
}

export interface UninjectedManifest {
  /** The input without what is podherald's; the input itself where there are faults. */
  readonly text: string;
  readonly reports: readonly UninjectReport[];
  readonly faults: readonly ManifestRemark[];
}

/** Takes out of texts of YAML documents what injecting the rest would add. All else stays as it is. */
export function uninjectManifests(
  texts: readonly string[],
  options: UninjectOptions,
): UninjectedManifest[] {
  const manifests = texts.map((text) => ({ text, ...readDocuments(text) }));
  const namespaces = namespacesIn(manifests.flatMap(({ documents }) => documents));
  const find = (workload: Workload): Namespace => namespaceOf(workload, namespaces, options);
  return manifests.map((manifest) => uninjectRead(manifest, find, options));
}

function uninjectRead(
  { text, documents, faults: yamlFaults }: ReadManifest,
  find: (workload: Workload) => Namespace,
  options: UninjectOptions,
): UninjectedManifest {
  const cleaned = documents.map((document) => uninjectDocument(text, document, find, options));
  const faults = [...yamlFaults, ...cleaned.flatMap((document) => document.faults)];
  return {
    text: faults.length > 0 ? text : assemble(text, documents, cleaned),
    reports: cleaned.flatMap(({ reports }) => reports),
    faults,
  };
}

function uninjectDocument(
  all: string,
  document: ManifestDocument,
  find: (workload: Workload) => Namespace,
  options: UninjectOptions,
): UninjectedManifest {
  const text = all.slice(document.start, document.end);
  const reports = findWorkloads(document.value).map((workload) =>
    report(workload, find(workload), options),
  );
  const cut = unsplice(text, reports.flatMap(removals));
  if (cut.ok) return { text: cut.text, reports, faults: [] };
  const message = `what podherald added cannot be taken out: ${cut.message}`;
  return { text, reports, faults: [{ line: document.lineOf([]), message }] };
}

function report(
  workload: Workload,
  namespace: Namespace,
  { rules }: UninjectOptions,
): UninjectReport {
  const pod = parsePod(workload.template);
  const mutation = mutate(workload.template, namespace, rules);
  if (isMalformed(pod)) return { workload, ours: NOTHING_OURS, mutation };
  const ours = findOurs(pod, namespace, rules);
  return { workload, ours, mutation, rest: restOf(pod, ours, namespace, rules) };
}

function restOf(whole: Pod, ours: Ours, namespace: Namespace, rules: Rules): Rest {
  const pod = without(whole, removalsOf(whole, ours));
  const present = findPresent(pod, namespace, rules);
  return { pod, present, mutation: mutate(pod, namespace, rules) };
}

function removals({ workload, ours }: UninjectReport): string[] {
  const pod = parsePod(workload.template);
  if (isMalformed(pod)) return [];
  return removalsOf(pod, ours).map((path) => pathBelow(workload, path));
}
