import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import type { Json } from '../api/json.ts';

/** One YAML document in a text, and where it stands. */
export interface ManifestDocument {
  /** Offsets in the whole text, from its `---` (if there is one) to the next document's. */
  readonly start: number;
  readonly end: number;
  readonly value: Json | undefined;
  /** The line of the node at a path, or of the nearest node around it that exists; from 1. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Why a text is not YAML, in one sentence. */
export interface YamlFault {
  readonly line: number;
  readonly message: string;
}

/** Kubernetes' reader knows YAML 1.1's merge keys (sigs.k8s.io/yaml). */
export const YAML_OPTIONS = { merge: true } as const;

/** Reads every document of a text, and all that keeps it from being YAML. */
export function readDocuments(text: string): {
  readonly documents: readonly ManifestDocument[];
  readonly faults: readonly YamlFault[];
} {
  const lineCounter = new LineCounter();
  const options = { ...YAML_OPTIONS, lineCounter, prettyErrors: false };
  const parsed = parseAllDocuments(text, options);
  const all: readonly Document.Parsed[] = 'empty' in parsed ? [] : parsed;
  const faults = all.flatMap((document) =>
    document.errors.map(({ pos, message }) => ({
      line: lineCounter.linePos(pos[0]).line,
      message,
    })),
  );
  if (faults.length > 0) return { documents: [], faults };
  return { documents: all.map((document) => describe(document, lineCounter)), faults };
}

function describe(document: Document.Parsed, lineCounter: LineCounter): ManifestDocument {
  const [start, , end] = document.range;
  return {
    start,
    end,
    value: document.toJS(),
    lineOf: (path) => lineCounter.linePos(offsetOf(document, path) ?? start).line,
  };
}

function offsetOf(
  document: Document.Parsed,
  path: readonly (string | number)[],
): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
