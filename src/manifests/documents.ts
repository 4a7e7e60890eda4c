import { type Alias, type Document, isNode, LineCounter, parseAllDocuments, visit } from 'yaml';
import { isDeeperThan, type Json } from '../core/api/json.ts';
import {
  aliasTargets,
  duplicateKeys,
  offsetOf as offsetIn,
  type YamlFault,
} from '../yaml-nodes.ts';
import type { Path } from './objects.ts';

/** One YAML document of a manifest, and its position in the text. */
export interface ManifestDocument {
  /** Offset in the manifest's text (from 0) of the document's first character, its `---` if any. */
  readonly start: number;
  /** Offset in the manifest's text (from 0) after the document's last character. */
  readonly end: number;
  readonly value: Json | undefined;
  /** Returns the line (from 1) of the node at a path, or of the nearest existing node around it. */
  lineOf(path: Path): number;
}

/** Something to report about a line of a manifest. */
export interface ManifestRemark {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** The text of a manifest, and what it parses to. */
export interface Manifest {
  readonly text: string;
  /** In their order in the text; empty if there are faults. */
  readonly documents: readonly ManifestDocument[];
  /** Everything that makes the text invalid YAML. */
  readonly faults: readonly ManifestRemark[];
}

/** Kubernetes' own parser (sigs.k8s.io/yaml) supports the merge keys of YAML 1.1. */
const YAML_OPTIONS = { merge: true, uniqueKeys: false, logLevel: 'error' } as const;

/** Parses every YAML document of a text. Never throws: invalid YAML is reported as faults. */
export function parseManifest(text: string): Manifest {
  const lineCounter = new LineCounter();
  const options = { ...YAML_OPTIONS, lineCounter, prettyErrors: false };
  const all = parsedDocuments(text, options);
  if (all === undefined) return { text, documents: [], faults: [{ line: 1, message: TOO_DEEP }] };
  const results = all.map((document) => toManifestDocument(document, lineCounter));
  const faults = results.flatMap((result) => ('lineOf' in result ? [] : result));
  const documents = results.filter((result) => 'lineOf' in result);
  return { text, documents: faults.length > 0 ? [] : documents, faults };
}

/** Undefined if the library's recursion exceeds the stack, as with a thousand `?` in a row. */
function parsedDocuments(
  text: string,
  options: Parameters<typeof parseAllDocuments>[1],
): readonly Document.Parsed[] | undefined {
  try {
    const parsed = parseAllDocuments(text, options);
    return 'empty' in parsed ? [] : parsed;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function toManifestDocument(
  document: Document.Parsed,
  lineCounter: LineCounter,
): ManifestDocument | ManifestRemark[] {
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const [start, , end] = document.range;
  try {
    const faults = faultsOf(document);
    if (faults.length > 0) {
      return faults.map(({ offset, message }) => ({ line: lineAt(offset), message }));
    }
    const lineOf = (path: Path): number => lineAt(offsetOf(document, path) ?? start);
    const value: Json | undefined = document.toJS();
    if (isDeeperThan(MAX_LEVELS, value)) return [{ line: lineAt(start), message: TOO_DEEP }];
    return { start, end, value, lineOf };
  } catch (error) {
    if (error instanceof RangeError) return [{ line: lineAt(start), message: TOO_DEEP }];
    // An alias without an anchor, or aliases of aliases that expand beyond the library's limit.
    const offset = unresolvedAlias(document)?.range?.[0] ?? start;
    return [{ line: lineAt(offset), message: (error as Error).message }];
  }
}

/** Many more than a schema of Kubernetes has. All that reads a document calls itself for each level. */
const MAX_LEVELS = 200;

const TOO_DEEP = 'the document is nested too deep; remove some levels of lists and maps';

/** The library compares each alias with each other one. */
const MAX_ALIASES = 1000;

function faultsOf(document: Document.Parsed): YamlFault[] {
  // The library recurses: a list of some thousand levels has an error of the stack for each of them.
  if (document.errors.some(({ message }) => message.startsWith('Maximum call stack'))) {
    return [{ offset: document.range[0], message: TOO_DEEP }];
  }
  const errors = document.errors.map(({ pos, message }) => ({ offset: pos[0], message }));
  return errors.length > 0 ? errors : [...duplicateKeys(document), ...aliasFaults(document)];
}

/** A value that contains itself has no end. */
function aliasFaults(document: Document.Parsed): YamlFault[] {
  const targets = aliasTargets(document);
  const faults: YamlFault[] = [];
  let count = 0;
  visit(document, {
    Alias(_key, alias, path) {
      const { source } = alias;
      const target = targets.get(alias);
      const offset = offsetIn(alias);
      count += 1;
      if (count > MAX_ALIASES) {
        faults.push({ offset, message: `expected at most ${MAX_ALIASES} aliases in a document` });
        return visit.BREAK;
      }
      if (target === undefined || !path.includes(target)) return undefined;
      const message = `the alias *${source} is inside the value of its own anchor &${source}; replace the alias by a plain value`;
      faults.push({ offset, message });
      return undefined;
    },
  });
  return faults;
}

function unresolvedAlias(document: Document.Parsed): Alias | undefined {
  const targets = aliasTargets(document);
  let unresolved: Alias | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (targets.has(alias)) return undefined;
      unresolved = alias;
      return visit.BREAK;
    },
  });
  return unresolved;
}

function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Joins the texts of several files into one stream of YAML documents. */
export function joinManifests(texts: readonly string[]): string {
  const [first = '', ...others] = texts.filter((text) => text.trim() !== '');
  return others.reduce(append, texts.length === 1 ? (texts[0] ?? '') : first);
}

/** A directive (`%YAML`) may only follow the end of a document (YAML 1.2, section 9.2). */
function append(stream: string, next: string): string {
  const ended = stream.endsWith('\n') ? stream : `${stream}\n`;
  const text = next.startsWith(BYTE_ORDER_MARK) ? next.slice(1) : next;
  if (text.startsWith('%')) return `${ended}...\n${text}`;
  return text.startsWith('---') ? ended + text : `${ended}---\n${text}`;
}
