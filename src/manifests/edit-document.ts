import type { Document } from 'yaml';
import type { Json } from '../core/api/json.ts';
import { type AddOperation, pointerTokens } from '../core/api/json-patch.ts';
import { applyOperations } from './edit-json.ts';
import type { Path } from './objects.ts';
import { expandAliases } from './splice/expand-aliases.ts';
import type { SpliceRefusal } from './splice/refusal.ts';
import { splice } from './splice/splice.ts';

/** A YAML document as text and as the value that the text parses to. */
export interface DocumentState {
  readonly text: string;
  readonly value: Json | undefined;
  /** The text as `parseWithTokens` parses it, if that is known. */
  readonly parsed?: Document.Parsed;
}

/** The result of an edit; never both a note and a fault. */
export interface EditedDocument extends DocumentState {
  /** Set if more had to change in the text than the inserted lines. */
  readonly note?: EditRemark;
  /** Why the operations cannot be applied; text and value are then unchanged. */
  readonly fault?: EditRemark;
}

/** Something to report about a value of the document. */
export interface EditRemark {
  /** Leads from the document to the value that the remark is about, or to a value around it. */
  readonly path: Path;
  readonly message: string;
}

/**
 * Applies operations to both the text and the value of a document. If an alias or a merge key
 * prevents an insertion, all aliases of the document are expanded first.
 */
export function editDocument(
  { text, value, parsed }: DocumentState,
  operations: readonly AddOperation[],
): EditedDocument {
  if (operations.length === 0 || value === undefined) {
    return { text, value, ...(parsed && { parsed }) };
  }
  const spliced = splice(text, operations, parsed);
  if (spliced.ok) return { text: spliced.text, value: applyOperations(value, operations) };
  if (!spliced.expandable) return { text, value, fault: faultOf(spliced) };
  const expanded = splice(expandAliases(text), operations);
  if (!expanded.ok) return { text, value, fault: faultOf(expanded) };
  return {
    text: expanded.text,
    value: applyOperations(value, operations),
    note: {
      path: pathOf(spliced),
      message: `expanded the YAML aliases of this document, because an insertion would change several places at once: ${spliced.message}`,
    },
  };
}

function faultOf(refusal: SpliceRefusal): EditRemark {
  return {
    path: pathOf(refusal),
    message: `cannot insert what podherald adds: ${refusal.message}`,
  };
}

function pathOf({ path = '' }: SpliceRefusal): Path {
  return pointerTokens(path);
}
