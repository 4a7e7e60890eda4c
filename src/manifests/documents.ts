import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { isDeeperThan, type Json } from '../core/api/json.ts';
import { dropShadowed, GO_YAML } from './go-yaml.ts';
import type { Path } from './objects.ts';
import { relevanceOf } from './relevance.ts';
import { type StreamPart, splitStream } from './stream.ts';
import { faultOf, TOO_DEEP } from './yaml-faults.ts';

/** One YAML document of a manifest, and its position in the text. */
export interface ManifestDocument {
  /** Offset in the manifest's text (from 0) of the document's first character, its `---` if any. */
  readonly start: number;
  /** Offset in the manifest's text (from 0) after the document's last character. */
  readonly end: number;
  readonly value: Json | undefined;
  /** The parsed document with its tokens, if all offsets in it count from `start`. */
  readonly parsed?: Document.Parsed;
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
  /** The documents that were read, in their order in the text; empty if there are faults. */
  readonly documents: readonly ManifestDocument[];
  /** Why a document that requests something is unreadable: one fault for each document. */
  readonly faults: readonly ManifestRemark[];
  /** Why another document, which may be of a pod, is unreadable: a fault if every pod matters. */
  readonly unread: readonly ManifestRemark[];
  /** What may surprise, such as a duplicate key. */
  readonly notes: readonly ManifestRemark[];
}

/**
 * Parses the documents of a text that can matter. The others may hold whatever they want: an edit passes their bytes on.
 * Never throws: see `faults`.
 *
 * @param annotationPrefix the prefix of podherald's annotations.
 */
export function parseManifest(text: string, annotationPrefix: string): Manifest {
  const documents: ManifestDocument[] = [];
  const faults: ManifestRemark[] = [];
  const unread: ManifestRemark[] = [];
  const notes: ManifestRemark[] = [];
  const lines = new LineNumbers(text);
  for (const part of splitStream(text)) {
    const partText = text.slice(part.start, part.end);
    const relevance = relevanceOf(partText, annotationPrefix);
    if (relevance === 'none') continue;
    for (const read of readPart(partText, part, lines)) {
      if (read.document !== undefined) documents.push(read.document);
      if (read.fault !== undefined) {
        if (relevance === 'requests') faults.push(read.fault);
        if (relevance === 'pod') unread.push(read.fault);
      }
      if (relevance === 'requests') notes.push(...read.notes);
    }
  }
  return { text, documents: faults.length > 0 ? [] : documents, faults, unread, notes };
}

/** A document, or why it is unreadable. */
interface ReadDocument {
  readonly document?: ManifestDocument;
  readonly fault?: ManifestRemark;
  readonly notes: readonly ManifestRemark[];
}

function readPart(text: string, { start }: StreamPart, lines: LineNumbers): ReadDocument[] {
  const lineAt = (offset: number): number => lines.at(start + offset);
  try {
    const parsed = parseAllDocuments(text, { ...GO_YAML, keepSourceTokens: true });
    const all = 'empty' in parsed ? [] : parsed;
    return all.map((document) => readDocument(document, text, start, lineAt));
  } catch (error) {
    // The library's recursion exceeds the stack, as with a thousand `?` in a row.
    if (!(error instanceof RangeError)) throw error;
    return [{ fault: { line: lineAt(0), message: TOO_DEEP }, notes: [] }];
  }
}

function readDocument(
  parsed: Document.Parsed,
  text: string,
  offset: number,
  lineAt: (offset: number) => number,
): ReadDocument {
  const [start, , end] = parsed.range;
  const unreadable = (message: string): ReadDocument => ({
    fault: { line: lineAt(start), message },
    notes: [],
  });
  try {
    const fault = faultOf(parsed, text);
    if (fault !== undefined) {
      return { fault: { line: lineAt(fault.offset), message: fault.message }, notes: [] };
    }
    const notes = dropShadowed(parsed).map(({ key, offset: at, usedOffset }) => ({
      line: lineAt(at),
      message: `the key ${key} is also on line ${lineAt(usedOffset)}; that last one is used, as kubectl does`,
    }));
    const value: Json | undefined = parsed.toJS();
    if (isDeeperThan(MAX_LEVELS, value)) return unreadable(TOO_DEEP);
    const lineOf = (path: Path): number => lineAt(offsetOf(parsed, path) ?? start);
    const document = { start: offset + start, end: offset + end, value, lineOf };
    return {
      document: start === 0 && end === text.length ? { ...document, parsed } : document,
      notes,
    };
  } catch (error) {
    // Aliases of aliases that expand beyond the library's limit, or a recursion beyond the stack.
    return unreadable(error instanceof RangeError ? TOO_DEEP : (error as Error).message);
  }
}

/** Many more than a schema of Kubernetes has. All that reads a document calls itself for each level. */
const MAX_LEVELS = 200;

function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

/** Finds the lines of offsets. Most texts have nothing to report, so it reads the text only when it is asked. */
class LineNumbers {
  readonly #text: string;
  #counter: LineCounter | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the line (from 1) of an offset (from 0). */
  at(offset: number): number {
    return (this.#counter ?? this.#count()).linePos(offset).line;
  }

  #count(): LineCounter {
    const counter = new LineCounter();
    counter.addNewLine(0);
    for (let at = this.#text.indexOf('\n'); at !== -1; at = this.#text.indexOf('\n', at + 1)) {
      counter.addNewLine(at + 1);
    }
    this.#counter = counter;
    return counter;
  }
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
