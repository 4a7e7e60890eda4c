import { annotationsFit } from '../api/sizes.ts';
import type { Decision } from '../decision/decide.ts';
import { type Finding, sentenceOf } from '../decision/findings.ts';
import { type PodParts, selectedContainers } from '../decision/pod-parts.ts';
import type { Rules } from '../decision/rules.ts';
import { changesSpec, type Injection } from '../injection/injection.ts';

/** The key of the status annotation. */
export function statusKey(rules: Rules): string {
  return `${rules.annotationPrefix}status`;
}

/**
 * Adds the status annotation, so that the pod's owner finds what was injected, and what was not and
 * why. A copied pod already has one, which is only updated together with other additions, so that
 * injecting twice changes nothing.
 */
export function withStatus(
  parts: PodParts,
  decision: Decision,
  injection: Injection,
  findings: readonly Finding[],
  rules: Rules,
): Injection {
  const key = statusKey(rules);
  const annotations = parts.pod.metadata?.annotations ?? {};
  if (!changesSpec(injection) && (findings.length === 0 || Object.hasOwn(annotations, key))) {
    return injection;
  }
  const text = statusText(parts, decision, findings, rules);
  const all = new Map([...injection.annotations, [key, text]]);
  if (annotations[key] === text || !annotationsFit(annotations, all)) return injection;
  return { ...injection, annotations: all };
}

/**
 * One line of JSON. In a manifest it has no version: a new version of podherald in a pipeline would change every pod
 * template, and so restart every workload.
 */
function statusText(
  parts: PodParts,
  { metadata, ambassador }: Decision,
  findings: readonly Finding[],
  { version, stage }: Rules,
): string {
  return JSON.stringify({
    ...(stage === 'admission' && { version }),
    ...(metadata && {
      metadata: {
        profiles: metadata.profiles,
        path: metadata.path,
        containers: selectedContainers(parts, metadata.containers).map(
          ({ container }) => container.name,
        ),
      },
    }),
    ...(ambassador && {
      ambassador: {
        container: ambassador.container,
        port: ambassador.port,
        access: ambassador.access,
      },
    }),
    ...(findings.length > 0 && {
      notInjected: findings.map((found) => ({ reason: found.reason, message: sentenceOf(found) })),
    }),
  });
}
