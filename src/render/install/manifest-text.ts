import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { Because, type Field } from './because.ts';
import type { Manifest } from './names.ts';

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
  if (field instanceof Because) return nodeOf(field.value);
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
    if (field instanceof Because) node.commentBefore = commentOf(field.reason);
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
    if (field instanceof Because) key.commentBefore = commentOf(field.reason);
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
