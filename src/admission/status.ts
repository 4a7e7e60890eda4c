import type { Annotations, Pod } from '../api/pod.ts';
import { utf8Bytes } from '../api/utf8.ts';
import type { Decision } from '../decision/decide.ts';
import { type Finding, sentenceOf } from '../decision/reasons.ts';
import type { Rules } from '../decision/rules.ts';
import type { Injection } from '../injection/injection.ts';
import { selectedContainers } from '../injection/plan.ts';

/** TotalAnnotationSizeLimitB (apimachinery pkg/api/validation/objectmeta.go): keys and values. */
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** In UTF-8 no UTF-16 code unit takes more bytes than this. */
const MAX_BYTES_PER_UNIT = 3;

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
  const adds = injection.containers.length > 0 || injection.volumes.length > 0;
  if (!adds && (findings.length === 0 || Object.hasOwn(annotations, key))) return injection;
  const text = statusText(pod, decision, findings, rules);
  if (annotations[key] === text || !fits(annotations, key, text)) return injection;
  return { ...injection, annotations: new Map([...injection.annotations, [key, text]]) };
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
    ...(decision.kind === 'inject' && {
      metadata: {
        profiles: decision.metadata.profiles,
        path: decision.metadata.path,
        containers: selectedContainers(pod, decision.metadata.containers).map(
          ({ container }) => container.name,
        ),
      },
    }),
    ...(findings.length > 0 && {
      notInjected: findings.map((found) => ({ reason: found.reason, message: sentenceOf(found) })),
    }),
  });
}

/** Whether the API server still accepts the annotations with this one among them. */
function fits(annotations: Annotations, key: string, text: string): boolean {
  const others = Object.keys(annotations).filter((other) => other !== key);
  const units = others.reduce(
    (sum, other) => sum + other.length + (annotations[other]?.length ?? 0),
    0,
  );
  if ((units + key.length + text.length) * MAX_BYTES_PER_UNIT <= ANNOTATIONS_LIMIT_BYTES)
    return true;
  const all = others.flatMap((other) => [other, annotations[other] ?? '']);
  return utf8Bytes(key, text, ...all) <= ANNOTATIONS_LIMIT_BYTES;
}
