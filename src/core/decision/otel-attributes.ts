import { IMAGE_REFERENCE, MAX_IMAGE_LENGTH } from '../api/image-reference.ts';
import { isObject, type Json } from '../api/json.ts';
import type { Annotations, Container, ObjectMeta } from '../api/pod.ts';
import { isTooLong, MAX_OTEL_LENGTH, type MissingValue, NO_VALUE } from './no-value.ts';
import { type LiteralSource, OTEL_REFERENCES } from './profiles.ts';
import type { Rules } from './rules.ts';
import type { WorkloadRef } from './workload.ts';

/** An attribute of OpenTelemetry, with its value as it is written in OTEL_RESOURCE_ATTRIBUTES; undefined if it has none. */
type Attribute = readonly [name: string, encoded: string | undefined];

/** What the attributes of the containers of one pod have in common. */
export interface OtelFacts {
  /** The names of the attributes that are the same in all containers: a container adds no others of these names. */
  readonly names: ReadonlySet<string>;
  /** These attributes as text. */
  readonly text: string;
  /** Why the pod gets no attributes. */
  readonly missing?: string;
}

/** The prefix of annotations that set attributes. */
export const OTEL_ANNOTATION_PREFIX = 'resource.opentelemetry.io/';

/** The labels that can be the name of a service, in the order of precedence. */
export const SERVICE_NAME_LABELS = ['app.kubernetes.io/instance', 'app.kubernetes.io/name'];

export const SERVICE_VERSION_LABEL = 'app.kubernetes.io/version';

/** The attribute with the name of a workload, by `Kind.group`. */
export const WORKLOAD_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['Deployment.apps', 'k8s.deployment.name'],
  ['ReplicaSet.apps', 'k8s.replicaset.name'],
  ['StatefulSet.apps', 'k8s.statefulset.name'],
  ['DaemonSet.apps', 'k8s.daemonset.name'],
  ['CronJob.batch', 'k8s.cronjob.name'],
  ['Job.batch', 'k8s.job.name'],
]);

/**
 * The attributes of a pod, by "Populating resources attributes in Kubernetes" (OpenTelemetry semantic conventions,
 * docs/non-normative/k8s-attributes.md). An annotation takes precedence over everything else.
 */
export function otelFacts(
  metadata: ObjectMeta | null | undefined,
  workload: WorkloadRef,
  { otel, clusterName }: Rules,
): OtelFacts {
  const label = (key: string): string | undefined =>
    otel.useLabels ? encodeIf(textAt(metadata?.labels, key)) : undefined;
  const own = ownAttributes(metadata?.annotations ?? {});
  const names = [...SERVICE_NAME_LABELS.map(label), encodeIf(workload.name)];
  const workloadAttribute = WORKLOAD_ATTRIBUTES.get(`${workload.kind}.${workload.group}`);
  const all = withoutRepeated([
    ...own,
    ['service.name', names.find((name) => name !== undefined) ?? reference('podName')],
    ['service.namespace', reference('podNamespace')],
    ['service.version', label(SERVICE_VERSION_LABEL)],
    ['k8s.cluster.name', encodeIf(clusterName)],
    ['k8s.namespace.name', reference('podNamespace')],
    ['k8s.node.name', reference('nodeName')],
    [workloadAttribute ?? '', workloadAttribute && encodeIf(workload.name)],
    ['k8s.pod.name', reference('podName')],
    ['k8s.pod.uid', reference('podUid')],
  ]);
  const isTooLong = textOf(own).length > MAX_OTEL_LENGTH;
  return {
    names: new Set(all.map(([name]) => name)),
    text: textOf(all),
    ...(isTooLong && { missing: NO_VALUE.otel }),
  };
}

/** The value of OTEL_RESOURCE_ATTRIBUTES in a container. */
export function otelAttributes(
  { names, text, missing }: OtelFacts,
  { name, image }: Container,
): LiteralSource | MissingValue {
  if (missing !== undefined) return { missing };
  const { repository, tag, version } = partsOf(image);
  const container = encodeIf(name) ?? '';
  const ofContainer = withoutRepeated(
    [
      ['service.instance.id', `${reference('podNamespace')}.${reference('podName')}.${container}`],
      ['k8s.container.name', container],
      ['service.version', encodeIf(version)],
      ['container.image.name', encodeIf(repository)],
      ['container.image.tags', encodeIf(tag)],
    ],
    names,
  );
  return { literal: [text, textOf(ofContainer)].filter((one) => one !== '').join(',') };
}

/** About how many characters the variable has at most. */
export function otelLength({ text }: OtelFacts): number {
  return text.length + 2048;
}

/** The attributes that have a value; of those with the same name, the first. */
function withoutRepeated(
  attributes: readonly Attribute[],
  taken: ReadonlySet<string> = new Set(),
): Attribute[] {
  const names = new Set(taken);
  return attributes.filter(([name, value]) => {
    if (value === undefined || names.has(name)) return false;
    names.add(name);
    return true;
  });
}

function textOf(attributes: readonly Attribute[]): string {
  return attributes.map((pair) => pair.join('=')).join(',');
}

function ownAttributes(annotations: Annotations): Attribute[] {
  return Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(OTEL_ANNOTATION_PREFIX) && value !== '')
    .map(([key, value]): Attribute => {
      return [encode(key.slice(OTEL_ANNOTATION_PREFIX.length)), encode(value)];
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The parts of an image reference. The version is `tag@digest`, or one of them. */
function partsOf(image: Json | undefined): {
  readonly repository?: string;
  readonly tag?: string | undefined;
  readonly version?: string | undefined;
} {
  if (typeof image !== 'string' || image.length > MAX_IMAGE_LENGTH || !IMAGE.test(image)) return {};
  const [name = '', digest] = image.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  const repository = colon < 0 ? name : name.slice(0, colon);
  const version = tag !== undefined && digest !== undefined ? `${tag}@${digest}` : (digest ?? tag);
  return { repository, tag, version };
}

const IMAGE = new RegExp(IMAGE_REFERENCE);

function reference(name: keyof typeof OTEL_REFERENCES): string {
  return `$(${OTEL_REFERENCES[name]})`;
}

/** A value that is absent, empty or longer than any name is no attribute. */
function encodeIf(text: string | undefined): string | undefined {
  return text === undefined || text === '' || isTooLong(text) ? undefined : encode(text);
}

/** What `encodeURIComponent` encodes although it is readable and allowed in a value. */
const READABLE: Readonly<Record<string, string>> = { '%2F': '/', '%3A': ':', '%40': '@' };

/** What `encode` does not change. */
export const PLAIN_TEXT = '^[A-Za-z0-9._~/:@-]*$';

/**
 * Percent-encodes everything but letters, digits and `-._~/:@`: more than OTEL_RESOURCE_ATTRIBUTES requires (specification,
 * resource/sdk.md), because the kubelet would expand `$(NAME)`, and some SDKs read `+` as a space.
 */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/%(?:2F|3A|40)/g, (code) => READABLE[code] ?? code)
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function textAt(map: Json | undefined, key: string): string {
  const text = isObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;
  return typeof text === 'string' ? text : '';
}
