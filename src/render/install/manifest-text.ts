import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** What a manifest is made of: plain data, in which a field may carry its reason. */
export type Field =
  | string
  | number
  | boolean
  | readonly Field[]
  | { readonly [key: string]: Field | undefined }
  | Commented;

/** A field with the reason for its value, which becomes the comment above it. */
export class Commented {
  readonly comment: string;
  readonly value: Exclude<Field, Commented>;

  constructor(comment: string, value: Exclude<Field, Commented>) {
    this.comment = comment;
    this.value = value;
  }
}

export function commented(comment: string, value: Exclude<Field, Commented>): Commented {
  return new Commented(comment, value);
}

/** An object to be applied. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly [key: string]: Field | undefined };
  readonly [field: string]: Field;
}

/** Of a line of comment, without its indentation. */
const COMMENT_WIDTH = 88;

/** Objects as YAML documents, the reasons of their fields as comments. */
export function manifestText(objects: readonly Manifest[]): string {
  return objects.map(fieldText).join('---\n');
}

/** Lines of a YAML comment that hold a sentence. */
export function commentLines(sentence: string): string {
  return wrapped(sentence)
    .map((line) => `# ${line}\n`)
    .join('');
}

/** Anything as YAML, the reasons of its fields as comments. */
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
