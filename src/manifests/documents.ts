import { type Alias, type Document, isNode, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Json } from '../core/api/json.ts';
import type { Path } from './objects.ts';

/** One YAML document in a text, and where it stands. */
export interface ManifestDocument {
  /** Offsets in the whole text, from its `---` (if there is one) to the next document's. */
  readonly start: number;
  readonly end: number;
  readonly value: Json | undefined;
  /** The line of the node at a path, or of the nearest node around it that exists; from 1. */
  lineOf(path: Path): number;
}

/** Why a text is not YAML, in one sentence. */
export interface YamlFault {
  readonly line: number;
  readonly message: string;
}

/** Kubernetes' reader knows YAML 1.1's merge keys (sigs.k8s.io/yaml). */
const YAML_OPTIONS = { merge: true } as const;

export interface ReadDocuments {
  /** None where there are faults. */
  readonly documents: readonly ManifestDocument[];
  readonly faults: readonly YamlFault[];
}

/** Reads every document of a text, and all that keeps it from being YAML. */
export function readDocuments(text: string): ReadDocuments {
  const lineCounter = new LineCounter();
  const options = { ...YAML_OPTIONS, lineCounter, prettyErrors: false };
  const parsed = parseAllDocuments(text, options);
  const all: readonly Document.Parsed[] = 'empty' in parsed ? [] : parsed;
  const read = all.map((document) => readDocument(document, lineCounter));
  const faults = read.flatMap((one) => ('lineOf' in one ? [] : one));
  if (faults.length > 0) return { documents: [], faults };
  return { documents: read.filter((one) => 'lineOf' in one), faults };
}

function readDocument(
  document: Document.Parsed,
  lineCounter: LineCounter,
): ManifestDocument | YamlFault[] {
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const [start, , end] = document.range;
  if (document.errors.length > 0) {
    return document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message }));
  }
  try {
    const lineOf = (path: Path): number => lineAt(offsetOf(document, path) ?? start);
    return { start, end, value: document.toJS(), lineOf };
  } catch (error) {
    // An alias without its anchor, or aliases that would unfold without end.
    const offset = strayAlias(document)?.range?.[0] ?? start;
    return [{ line: lineAt(offset), message: (error as Error).message }];
  }
}

function strayAlias(document: Document.Parsed): Alias | undefined {
  let stray: Alias | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      stray = alias;
      return visit.BREAK;
    },
  });
  return stray;
}

function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Makes one stream of documents of the texts of several files. */
export function joinManifests(texts: readonly string[]): string {
  const [first = '', ...others] = texts.filter((text) => text.trim() !== '');
  return others.reduce(append, texts.length === 1 ? (texts[0] ?? '') : first);
}

/** A directive (`%YAML`) may follow only the end of a document (YAML 1.2, section 9.2). */
function append(stream: string, next: string): string {
  const ended = stream.endsWith('\n') ? stream : `${stream}\n`;
  const text = next.startsWith(BYTE_ORDER_MARK) ? next.slice(1) : next;
  if (text.startsWith('%')) return `${ended}...\n${text}`;
  return text.startsWith('---') ? ended + text : `${ended}---\n${text}`;
}
