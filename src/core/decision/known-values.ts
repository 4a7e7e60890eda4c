import { imageTag } from '../api/image-reference.ts';
import { isObject, type Json } from '../api/json.ts';
import type { Container, Pod } from '../api/pod.ts';
import type { KnownName } from './known-names.ts';
import type { Origin } from './namespace.ts';
import { isTooLong, type MissingValue, NO_VALUE } from './no-value.ts';
import { type OtelFacts, otelAttributes, otelFacts } from './otel-attributes.ts';
import {
  type CreationSource,
  type EnvItem,
  type FieldSource,
  isCreationSource,
  type LiteralSource,
  type ResourceSource,
  type SingleSource,
} from './profiles.ts';
import type { Rules } from './rules.ts';
import { subscriptOf } from './sources.ts';
import { type WorkloadRef, workloadOf } from './workload.ts';

/** What is known of a pod when it is created. */
export interface PodFacts {
  readonly workload: WorkloadRef;
  readonly clusterName?: string | undefined;
  readonly labels: Json | undefined;
  readonly annotations: Json | undefined;
  /** The name of the namespace. */
  readonly namespace: string;
  /** All labels of the namespace that are known; undefined if the namespace is not. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  /** The labels of namespaces that the config lists. A pod cannot ask for others. */
  readonly listedLabels: ReadonlySet<string>;
  /** Only if an item needs it. */
  readonly otel?: OtelFacts;
}

/** @returns undefined if no item needs it, as for most pods. */
export function factsFor(
  items: readonly EnvItem[],
  pod: Pod,
  origin: Origin,
  rules: Rules,
): PodFacts | undefined {
  const sources = items.map(({ source }) => source).filter(isCreationSource);
  if (sources.length === 0) return undefined;
  const { metadata } = pod;
  const workload = workloadOf(pod, origin.owner);
  return {
    workload,
    clusterName: rules.clusterName,
    labels: metadata?.labels,
    annotations: metadata?.annotations ?? undefined,
    namespace: origin.name,
    namespaceLabels: origin.labels,
    listedLabels: rules.namespaceLabels,
    ...(sources.some((source) => 'otel' in source) && {
      otel: otelFacts(metadata, workload, rules),
    }),
  };
}

type Value = LiteralSource | FieldSource | ResourceSource | MissingValue;

/** What a source becomes in a container. */
export function creationValue(
  source: CreationSource,
  facts: PodFacts,
  container: Container,
): Value {
  if ('known' in source) return knownValue(source.known, facts, container);
  if ('namespaceLabel' in source) return namespaceLabel(source.namespaceLabel, facts);
  if ('firstOf' in source) return firstValue(source.firstOf, facts, container);
  return facts.otel === undefined
    ? { missing: NO_VALUE.firstOf }
    : otelAttributes(facts.otel, container);
}

function knownValue(
  name: KnownName,
  { workload, clusterName }: PodFacts,
  container: Container,
): LiteralSource | FieldSource | MissingValue {
  switch (name) {
    case 'workload.kind':
      return literalOf(workload.kind, NO_VALUE.workload);
    case 'workload.name':
      if (isPodItself(workload)) return { fieldRef: 'metadata.name' };
      return literalOf(workload.name, NO_VALUE.workload);
    case 'container.name':
      return literalOf(container.name, '');
    case 'container.image':
      return literalOf(textOf(container.image), NO_VALUE.image);
    case 'container.imageTag':
      return literalOf(imageTag(textOf(container.image)), NO_VALUE.imageTag);
    case 'cluster.name':
      return literalOf(clusterName, NO_VALUE.clusterName);
  }
}

function namespaceLabel(
  key: string,
  { namespaceLabels, listedLabels }: PodFacts,
): LiteralSource | MissingValue {
  if (!listedLabels.has(key)) return { missing: NO_VALUE.unlistedLabel };
  if (namespaceLabels === undefined) return { missing: NO_VALUE.namespace };
  return literalOf(textAt(namespaceLabels, key), NO_VALUE.namespaceLabel);
}

function firstValue(
  sources: readonly SingleSource[],
  facts: PodFacts,
  container: Container,
): Value {
  for (const source of sources) {
    const value = isCreationSource(source) ? creationValue(source, facts, container) : source;
    if (!('missing' in value) && isPresent(value, facts)) return value;
  }
  return { missing: NO_VALUE.firstOf };
}

/** A label or annotation may be absent; the kubelet knows a value for everything else. */
function isPresent(source: Exclude<Value, MissingValue>, facts: PodFacts): boolean {
  const at = 'fieldRef' in source ? subscriptOf(source.fieldRef) : undefined;
  return at === undefined || textAt(facts[at.map], at.key) !== '';
}

function textAt(map: Json | undefined, key: string): string {
  return isObject(map) && Object.hasOwn(map, key) ? textOf(map[key]) : '';
}

function isPodItself({ kind, name }: WorkloadRef): boolean {
  return kind === 'Pod' && name === undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function literalOf(text: string | undefined, why: string): LiteralSource | MissingValue {
  if (text === undefined || text === '') return { missing: why };
  return isTooLong(text) ? { missing: NO_VALUE.length } : { literal: escapeReferences(text) };
}

/** The kubelet expands `$(NAME)` in values, and replaces `$$` by `$` (third_party/forked/golang/expansion). */
function escapeReferences(text: string): string {
  return text.replaceAll('$', () => '$$');
}
