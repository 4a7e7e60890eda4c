import type {
  CreationSource,
  EnvItem,
  EnvSource,
  FallbackSource,
  SingleSource,
} from './profiles.ts';
import {
  ANNOTATION_SIDES,
  parseSource,
  type SideNames,
  type SourceFault,
  subscriptOf,
} from './sources.ts';

/** Nobody needs more, and each one is looked up for each container. */
const MAX_SOURCES = 10;

/**
 * Reads the source of a variable, or several that are separated by `|`: the variable shows the first one that the pod has
 * when it is created.
 *
 * | text                                   | means                                                    |
 * | -------------------------------------- | -------------------------------------------------------- |
 * | `metadata.labels['a']`                 | the label, at any time                                   |
 * | `metadata.labels['a'] | workload.name` | the label if the pod has it, otherwise the workload      |
 * | `metadata.name | workload.name`        | a fault: a pod always has a name                         |
 */
export function parseEnvSource(
  text: string,
  sides: SideNames = ANNOTATION_SIDES,
): SingleSource | FallbackSource | SourceFault {
  const parts = text.split('|').map((part) => part.trim());
  if (parts.length === 1) return parseSource(text, 'env', sides);
  if (parts.length > MAX_SOURCES) return { fault: `expected at most ${MAX_SOURCES} sources` };
  if (parts.includes('')) return { fault: 'expected a source before and after each |' };
  const firstOf: SingleSource[] = [];
  for (const [index, part] of parts.entries()) {
    const source = parseSource(part, 'env', sides);
    if ('fault' in source) return source;
    if (parts.indexOf(part) < index) return { fault: 'expected each source only once' };
    if (index < parts.length - 1 && alwaysHasValue(source)) {
      return {
        fault: 'a source that always has a value must come last',
        hint: `; move ${sourceText(source)} to the end`,
      };
    }
    firstOf.push(source);
  }
  return { firstOf };
}

/** Whether a source has a value in every pod. That of `otel` can be too long. */
export function alwaysHasValue(source: SingleSource | CreationSource): boolean {
  if ('firstOf' in source) return source.firstOf.some(alwaysHasValue);
  if ('fieldRef' in source) return subscriptOf(source.fieldRef) === undefined;
  if ('known' in source) return source.known === 'container.name';
  return 'resource' in source;
}

/** The text of a source in an annotation or a config, without that of a literal. */
export function sourceText(source: Exclude<EnvItem['source'], { literal: string }>): string {
  if ('fieldRef' in source) return source.fieldRef;
  if ('resource' in source) return `${source.resource}:${source.divisor}`;
  if ('known' in source) return source.known;
  if ('namespaceLabel' in source) return `namespace.labels['${source.namespaceLabel}']`;
  if ('otel' in source) return `otel.${source.otel}`;
  return source.firstOf.map(sourceText).join(' | ');
}

/** The labels of namespaces that some sources read. */
export function namespaceLabelsOf(sources: readonly EnvSource[]): string[] {
  return sources.flatMap((source) => {
    if ('firstOf' in source) return namespaceLabelsOf(source.firstOf);
    return 'namespaceLabel' in source ? [source.namespaceLabel] : [];
  });
}
