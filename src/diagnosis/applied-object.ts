import { mutate } from '../core/admission/mutate.ts';
import { isObject, type Json } from '../core/api/json.ts';
import { type Finding, kindOf, sentenceOf } from '../core/decision/findings.ts';
import type { Namespace } from '../core/decision/namespace.ts';
import { namespaceFindings } from '../core/decision/read-annotations.ts';
import type { Rules } from '../core/decision/rules.ts';
import { isNamespace, objectsIn } from '../manifests/objects.ts';
import { findWorkloads, nameOf, originOf, type Workload } from '../manifests/workloads.ts';
import { findMisplaced, type MisplacedAnnotations } from './misplaced-annotations.ts';
import { annotationsOf } from './object-metadata.ts';
import { exitCodeSentences } from './pod-failure-policy.ts';

/**
 * What somebody who applies a workload or a Namespace should know: nobody sees the warnings about the pods, because
 * controllers create them.
 *
 * @param object a workload or a Namespace. Of another object, nothing is said.
 * @param namespace of the workload, with its defaults.
 * @returns one sentence each, the most important ones first.
 * @throws Error if podherald itself fails.
 */
export function sentencesAbout(object: unknown, namespace: Namespace, rules: Rules): string[] {
  const [found] = objectsIn(isObject(object) ? object : undefined);
  if (found === undefined) return [];
  if (isNamespace(found)) {
    const annotations = annotationsOf(found.object);
    return namespaceFindings(nameOf(found.object), annotations, rules).map(sentenceOf);
  }
  const sentences = findWorkloads(found.object as Json, rules.podTemplates).flatMap((workload) =>
    workload.kind === 'Pod' ? [] : aboutWorkload(workload, namespace, rules),
  );
  return [...new Set(sentences)];
}

function aboutWorkload(workload: Workload, namespace: Namespace, rules: Rules): string[] {
  // The API server adds the mounts of tokens only to the pods.
  const origin = originOf(namespace, workload);
  const mutation = mutate(workload.template, origin, { ...rules, stage: 'manifest' });
  const { outcome, decision, findings, error } = mutation;
  if (outcome === 'failed_open') throw error ?? new Error(findings.map(sentenceOf).join('; '));
  const faults: readonly Finding[] = outcome === 'denied' ? (decision?.faults ?? []) : [];
  const notices = findings.filter(
    (found) => NOTEWORTHY.has(kindOf(found)) && !faults.includes(found),
  );
  const misplaced = findMisplaced(workload, rules.annotationPrefix);
  return [
    ...faults.map((fault) => `its pods would be denied: ${sentenceOf(fault)}`),
    ...notices.map(sentenceOf),
    ...exitCodeSentences(workload, mutation),
    ...(misplaced === undefined ? [] : aboutMisplaced(misplaced)),
  ];
}

/** Not `kept`: that the pod's own values win is what their author expects. */
const NOTEWORTHY: ReadonlySet<string> = new Set(['fault', 'notice']);

/** Shorter than in `explain`, because the API server may cut warnings after 120 characters. */
function aboutMisplaced({ owner, templatePath, annotations }: MisplacedAnnotations): string[] {
  return annotations.map(({ key, unknown, overridden }) => {
    if (unknown !== undefined) return `${key} is not an annotation of podherald${unknown.hint}`;
    const noEffect = `${key} on the ${owner.kind} has no effect`;
    return overridden
      ? `${noEffect}; the pod template sets another value`
      : `${noEffect}; set it in ${templatePath}.metadata.annotations`;
  });
}
