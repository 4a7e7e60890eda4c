import type { Pod } from '../api/pod.ts';
import { annotationsFit } from '../api/sizes.ts';
import type { Decision, InjectDecision } from '../decision/decide.ts';
import { type Finding, sentenceOf } from '../decision/reasons.ts';
import type { Rules } from '../decision/rules.ts';
import { addsParts, type Injection } from '../injection/injection.ts';
import { selectedContainers } from '../injection/plan.ts';

export function statusKey(rules: Rules): string {
  return `${rules.annotationPrefix}status`;
}

/**
 * Adds the status annotation where the pod's owner should find one: with any addition, and on a
 * pod that was denied a wish and has none yet. A copied pod's status is brought up to date only
 * together with other additions, so that injecting twice changes nothing.
 */
export function withStatus(
  pod: Pod,
  decision: Decision,
  injection: Injection,
  findings: readonly Finding[],
  rules: Rules,
): Injection {
  const key = statusKey(rules);
  const annotations = pod.metadata?.annotations ?? {};
  if (!addsParts(injection) && (findings.length === 0 || Object.hasOwn(annotations, key)))
    return injection;
  const text = statusText(pod, decision, findings, rules);
  const all = new Map([...injection.annotations, [key, text]]);
  if (annotations[key] === text || !annotationsFit(annotations, all)) return injection;
  return { ...injection, annotations: all };
}

/** One line of JSON: which version injected what, and what it did not and why. */
function statusText(
  pod: Pod,
  decision: Decision,
  findings: readonly Finding[],
  { version }: Rules,
): string {
  return JSON.stringify({
    version,
    ...(decision.kind === 'inject' && partsOf(pod, decision)),
    ...(findings.length > 0 && {
      notInjected: findings.map((found) => ({ reason: found.reason, message: sentenceOf(found) })),
    }),
  });
}

function partsOf(pod: Pod, { metadata, ambassador }: InjectDecision): object {
  return {
    ...(metadata && {
      metadata: {
        profiles: metadata.profiles,
        path: metadata.path,
        containers: selectedContainers(pod, metadata.containers).map(
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
  };
}
