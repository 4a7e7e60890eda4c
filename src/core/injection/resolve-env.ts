import type { Container } from '../api/pod.ts';
import { referencesOf } from '../decision/decide-metadata.ts';
import { creationValue, type PodFacts } from '../decision/known-values.ts';
import { type EnvItem, isCreationSource } from '../decision/profiles.ts';

/** The items of a container with the values that are known, and the items without a value. */
export interface ResolvedEnv {
  readonly items: readonly EnvItem[];
  /** The names of the variables that are left out, by the reason. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
  /** Variables of the container that take precedence over a part of an item. */
  readonly precedence: readonly string[];
}

/** It takes precedence over `service.name` in OTEL_RESOURCE_ATTRIBUTES (specification, resource/sdk.md). */
const OTEL_SERVICE_NAME = 'OTEL_SERVICE_NAME';

/**
 * Replaces the sources that the Downward API lacks by values. A variable without a value is left out, and so is a literal
 * that refers to it: it would show the reference itself.
 *
 * @param items in the order of their references.
 * @param isSet whether the container itself sets a variable, which then needs no value.
 */
export function resolveEnv(
  items: readonly EnvItem[],
  facts: PodFacts,
  container: Container,
  isSet: (name: string) => boolean,
): ResolvedEnv {
  const whyMissing = new Map<string, string>();
  const resolved: EnvItem[] = [];
  for (const item of items) {
    const { name, source } = item;
    const value = isCreationSource(source) ? creationValue(source, facts, container) : source;
    const why =
      'missing' in value
        ? value.missing
        : firstOf(referencesOf(item), (one) => whyMissing.get(one));
    if (why === undefined && !('missing' in value)) resolved.push({ name, source: value });
    else if (!isSet(name)) whyMissing.set(name, why ?? '');
  }
  const missing = Map.groupBy(whyMissing.keys(), (name) => whyMissing.get(name) ?? '');
  const hasServiceName = items.some(({ name, source }) => 'otel' in source && !isSet(name));
  const precedence = hasServiceName && isSet(OTEL_SERVICE_NAME) ? [OTEL_SERVICE_NAME] : [];
  return { items: resolved, missing, precedence };
}

function firstOf<Value>(
  names: readonly string[],
  find: (name: string) => Value | undefined,
): Value | undefined {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
