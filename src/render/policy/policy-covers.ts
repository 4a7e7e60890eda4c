import { mutate } from '../../core/admission/mutate.ts';
import { isObject } from '../../core/api/json.ts';
import type { Annotations, Pod } from '../../core/api/pod.ts';
import { SYSTEM_NAMESPACES } from '../../core/api/webhook-scope.ts';
import { ANNOTATION_KEYS } from '../../core/decision/annotations.ts';
import { decide } from '../../core/decision/decide.ts';
import type { Namespace } from '../../core/decision/namespace.ts';
import { OTEL_ANNOTATION_PREFIX } from '../../core/decision/otel-attributes.ts';
import { podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { type Plan, plan } from '../../core/injection/plan.ts';
import { freeVolumeName } from '../../core/injection/plan-files.ts';
import { ITEM_KEYS, TRIMMED_KEYS } from './requirements.ts';

/**
 * Whether the policies of `podherald policy` treat a pod exactly as the webhook does: they inject the
 * same, or deny it too. Otherwise they must leave the pod unchanged, and this returns the reason.
 */
export function policyCovers(pod: Pod, namespace: Namespace, rules: Rules): true | string {
  if (SYSTEM_NAMESPACES.includes(namespace.name)) return `${namespace.name} is excluded`;
  if (EXEMPT.has(mutate(pod, namespace, rules).reason ?? '')) return true;
  const parts = podParts(pod);
  const decision = decide(parts, namespace, rules);
  const annotations = pod.metadata?.annotations ?? {};
  const items = ITEM_KEYS.map((name) => rules.annotationPrefix + name).find((key) =>
    Object.hasOwn(annotations, key),
  );
  if (items !== undefined) return `${items}: a policy cannot parse items`;
  if (TRIMMED_KEYS.some((name) => hasUnclearBlank(name, annotations, namespace, rules))) {
    return 'U+0085 and U+FEFF: a policy cannot tell whether they are whitespace';
  }
  if (decision.metadata?.facts?.otel !== undefined && !isPrintable(pod)) {
    return 'attributes of OpenTelemetry: a policy can only percent-encode printable ASCII characters';
  }
  if (decision.faults.length > 0) {
    if (rules.onInvalid === 'deny') return true;
    return 'a policy does not inject a part of a pod with invalid annotations';
  }
  if (decision.skipped !== undefined) return true;
  const kubeconfig = decision.ambassador?.kubeconfig?.key;
  if (kubeconfig !== undefined) return `${kubeconfig}: a policy cannot add a kubeconfig`;
  return volumesCovered(pod, plan(parts, decision));
}

/** Whether CEL can encode the annotations of OpenTelemetry, and the name of the owner. */
function isPrintable({ metadata }: Pod): boolean {
  const owners = Array.isArray(metadata?.ownerReferences) ? metadata.ownerReferences : [];
  const texts = [
    ...Object.entries(metadata?.annotations ?? {})
      .filter(([key]) => key.startsWith(OTEL_ANNOTATION_PREFIX))
      .map(([, value]) => value),
    ...owners.map((owner) => (isObject(owner) && owner['controller'] ? owner['name'] : '')),
  ];
  return texts.every((text) => /^[ -~]*$/.test(String(text)));
}

/** The name of the first volume for files. */
const BASE = 'downward';

const NO_NAMES: ReadonlySet<string> = new Set();

/** The reasons for which neither a policy nor the webhook looks at the annotations of a pod. */
const EXEMPT: ReadonlySet<string> = new Set(['mirror_pod', 'exempt_namespace']);

/** Whether a value has a character that only one of CEL's `trim()` and JavaScript's removes. */
function hasUnclearBlank(
  name: (typeof TRIMMED_KEYS)[number],
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
 * A policy names a new volume after the first container that mounts it, and appends a number if a volume
 * of the pod has that name. It cannot shorten a name, or avoid the names of other new volumes.
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
  return other === undefined ? true : `${other.name}: a policy cannot compute this volume name`;
}
