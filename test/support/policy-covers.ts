import { mutate } from '../../src/core/admission/mutate.ts';
import type { Annotations, Pod } from '../../src/core/api/pod.ts';
import { SYSTEM_NAMESPACES } from '../../src/core/api/webhook-scope.ts';
import { ANNOTATION_KEYS } from '../../src/core/decision/annotations.ts';
import { decide, type Namespace } from '../../src/core/decision/decide.ts';
import { podParts } from '../../src/core/decision/pod-parts.ts';
import type { Rules } from '../../src/core/decision/rules.ts';
import { type Plan, plan } from '../../src/core/injection/plan.ts';
import { freeVolumeName } from '../../src/core/injection/plan-files.ts';
import { UNCLEAR_KEYS, UNREADABLE } from '../../src/render/policy/limits.ts';

/**
 * Whether the policy makes of a pod just what podherald makes of it; a pod that is denied, it
 * denies. If not, why not: such a pod it leaves alone.
 */
export function policyCovers(pod: Pod, namespace: Namespace, rules: Rules): true | string {
  if (SYSTEM_NAMESPACES.includes(namespace.name)) return `${namespace.name} is left alone`;
  const { reason = '' } = mutate(pod, namespace, rules);
  if (EXEMPT.has(reason)) return true;
  const parts = podParts(pod);
  const decision = decide(parts, namespace, rules);
  const annotations = pod.metadata?.annotations ?? {};
  const unreadable = UNREADABLE.map((name) => rules.annotationPrefix + name).find((key) =>
    Object.hasOwn(annotations, key),
  );
  if (unreadable !== undefined) return `${unreadable}: a policy cannot read items`;
  if (UNCLEAR_KEYS.some((name) => hasUnclearBlank(name, annotations, namespace, rules))) {
    return 'U+0085 and U+FEFF: a policy cannot tell whether they are blanks';
  }
  if (decision.faults.length > 0) {
    if (rules.onInvalid === 'deny') return true;
    return 'a pod at fault is left alone, and not injected in part';
  }
  if (decision.skipped !== undefined) return true;
  const kubeconfig = decision.ambassador?.kubeconfig?.key;
  if (kubeconfig !== undefined) return `${kubeconfig}: a policy writes none`;
  return volumesCovered(pod, plan(parts, decision));
}

const BASE = 'downward';

const NO_NAMES: ReadonlySet<string> = new Set();

const EXEMPT: ReadonlySet<string> = new Set(['mirror_pod', 'exempt_namespace']);

function hasUnclearBlank(
  name: (typeof UNCLEAR_KEYS)[number],
  annotations: Annotations,
  namespace: Namespace,
  { annotationPrefix }: Rules,
): boolean {
  const keys = ANNOTATION_KEYS[name].bare
    ? [name, annotationPrefix + name]
    : [annotationPrefix + name];
  const values = keys.flatMap((key) => [annotations[key], namespace.annotations?.[key]]);
  return values.some((value) => value !== undefined && /[\u0085\ufeff]/.test(value));
}

/**
 * A new volume is called after the first container that mounts it, and a number is put behind a
 * name that one of the pod's own volumes has.
 */
function volumesCovered({ spec }: Pod, { injection }: Plan): true | string {
  const taken = new Set((spec.volumes ?? []).map(({ name }) => name));
  const other = injection.volumes.find(({ name, projected }) => {
    if (projected !== undefined) return false;
    const user = injection.containers.find(({ volumeMounts }) =>
      volumeMounts.some((mount) => mount.name === name),
    );
    const container = (user && spec[user.at.list]?.[user.at.index]?.name) ?? '';
    const isPlain = name.startsWith(`${freeVolumeName(BASE, '', false, NO_NAMES)}${container}`);
    if (isPlain && name === freeVolumeName(BASE, container, false, taken)) return false;
    return name !== freeVolumeName(BASE, '', true, taken);
  });
  return other === undefined ? true : `${other.name}: a policy cannot make up such a name`;
}
