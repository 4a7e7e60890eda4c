import jsonpatch, { type Operation } from 'fast-json-patch';
import type { Json } from '../core/api/json.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { expandAliases } from './splice/expand-aliases.ts';
import { splice } from './splice/splice.ts';

/** A document as it is written and as it is read. */
export interface DocumentState {
  readonly text: string;
  readonly value: Json | undefined;
}

export interface EditedDocument extends DocumentState {
  /** What had to be done besides adding lines. */
  readonly note?: string;
  /** Why the additions cannot be written; the document is then as it was. */
  readonly fault?: string;
}

/** Makes additions both to a document's text and to its value. */
export function editDocument(
  { text, value }: DocumentState,
  operations: readonly AddOperation[],
): EditedDocument {
  if (operations.length === 0 || value === undefined) return { text, value };
  const spliced = splice(text, operations);
  if (spliced.ok) return { text: spliced.text, value: applied(value, operations) };
  if (!spliced.expandable) return { text, value, fault: spliced.message };
  const expanded = splice(expandAliases(text), operations);
  if (!expanded.ok) return { text, value, fault: expanded.message };
  return {
    text: expanded.text,
    value: applied(value, operations),
    note: `its aliases are written out, as one of them shares what is added to (${spliced.message})`,
  };
}

function applied(value: Json, operations: readonly AddOperation[]): Json {
  const copy: Json = structuredClone(value);
  return jsonpatch.applyPatch(copy, operations as Operation[], true).newDocument;
}
