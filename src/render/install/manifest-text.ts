import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** Plain data of a manifest, in which any field can carry a comment. */
export type Field =
  | string
  | number
  | boolean
  | readonly Field[]
  | { readonly [key: string]: Field | undefined }
  | Commented;

/** A field with the YAML comment that is written above it: the reason for its value. */
export class Commented {
  readonly comment: string;
  readonly value: Exclude<Field, Commented>;

  constructor(comment: string, value: Exclude<Field, Commented>) {
    this.comment = comment;
    this.value = value;
  }
}

/** Adds a comment to a field. Long comments are wrapped. */
export function commented(comment: string, value: Exclude<Field, Commented>): Commented {
  return new Commented(comment, value);
}

/** A Kubernetes object to apply. */
export interface InstallManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly [key: string]: Field | undefined };
  readonly [field: string]: Field;
}

/** The length of a line of a comment in characters, without indentation and `# `. */
const COMMENT_WIDTH = 88;

/** Renders objects as YAML documents with comments. */
export function manifestText(objects: readonly InstallManifest[]): string {
  return objects.map(fieldText).join('---\n');
}

/** Wraps a text into lines of a YAML comment, without indentation. */
export function commentLines(sentence: string): string {
  return wrapped(sentence)
    .map((line) => `# ${line}\n`)
    .join('');
}

/** Renders any field as a YAML document with comments. */
export function fieldText(field: Field): string {
  const document = new Document<Node>();
  document.contents = nodeOf(field);
  return document.toString({ lineWidth: 0, indentSeq: false });
}

function nodeOf(field: Field): Node {
  if (field instanceof Commented) return nodeOf(field.value);
  if (Array.isArray(field)) return sequenceOf(field);
  if (typeof field === 'object') return mapOf(field as Record<string, Field | undefined>);
  const scalar = new Scalar(field);
  if (typeof field === 'string' && field.includes('\n')) scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

function sequenceOf(fields: readonly Field[]): YAMLSeq {
  const sequence = new YAMLSeq();
  sequence.items = fields.map((field) => {
    const node = nodeOf(field);
    if (field instanceof Commented) node.commentBefore = commentOf(field.comment);
    return node;
  });
  sequence.flow = fields.length === 0;
  return sequence;
}

function mapOf(fields: Readonly<Record<string, Field | undefined>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, field] of Object.entries(fields)) {
    if (field === undefined) continue;
    const key = new Scalar(name);
    if (field instanceof Commented) key.commentBefore = commentOf(field.comment);
    map.items.push(new Pair(key, nodeOf(field)));
  }
  return map;
}

function commentOf(reason: string): string {
  return wrapped(reason)
    .map((line) => ` ${line}`)
    .join('\n');
}

function wrapped(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > COMMENT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
