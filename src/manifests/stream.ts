import { isJson } from '../core/api/json.ts';

/** A part of a text that holds one document, or a few of them. Offsets count from 0. */
export interface StreamPart {
  readonly start: number;
  /** The offset after the last character. */
  readonly end: number;
}

const BYTE_ORDER_MARK = '\uFEFF';
const MARKER = '---';

/**
 * Splits a stream of YAML or JSON documents without parsing it. A line that begins with `---` always begins a document,
 * whatever is around it (YAML 1.2, section 9.1.2). JSON objects may follow each other without a separator, as `jq -c`
 * writes them. A byte order mark before a document is not part of it.
 *
 * @returns the parts in their order. Together they hold every document. A part may hold several documents, if one of them
 *   ends with `...`.
 */
export function splitStream(text: string): StreamPart[] {
  const starts = [0, ...markersIn(text)];
  return starts.flatMap((start, index) => {
    const part = withoutMark(text, { start, end: starts[index + 1] ?? text.length });
    return splitJson(text, part);
  });
}

/** The offsets of the lines with `---`, unless only directives (`%YAML 1.2`) and comments are above the first one. */
function markersIn(text: string): number[] {
  const markers: number[] = [];
  let partStart = 0;
  for (let line = 0; line !== -1; line = nextLine(text, line)) {
    const at = text[line] === BYTE_ORDER_MARK ? line + 1 : line;
    if (!isMarker(text, at)) continue;
    if (!isPrologue(text.slice(partStart, line)) && line > 0) markers.push(line);
    partStart = line;
  }
  return markers;
}

function nextLine(text: string, from: number): number {
  // Only lines that begin with a dash or a byte order mark matter, and there are few of them.
  for (let at = text.indexOf('\n', from); at !== -1; at = text.indexOf('\n', at + 1)) {
    const first = text[at + 1];
    if (first === '-' || first === BYTE_ORDER_MARK) return at + 1;
  }
  return -1;
}

function isMarker(text: string, at: number): boolean {
  if (!text.startsWith(MARKER, at)) return false;
  const after = text[at + MARKER.length];
  return after === undefined || ' \t\r\n'.includes(after);
}

/** Whether a part ends with directives, which belong to the document after it. */
function isPrologue(part: string): boolean {
  if (!part.includes('%')) return false;
  const ended = part.lastIndexOf('\n...');
  const tail = ended === -1 ? part : part.slice(part.indexOf('\n', ended + 1) + 1);
  const lines = tail.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  return (
    lines.length > 0 && lines.every((line) => line.replace(BYTE_ORDER_MARK, '').startsWith('%'))
  );
}

/** Leaves out the byte order marks before the content, with the `---` above them. */
function withoutMark(text: string, { start, end }: StreamPart): StreamPart {
  if (text[start] === BYTE_ORDER_MARK && start > 0) return { start: start + 1, end };
  if (!isMarker(text, start)) return { start, end };
  const content = text.indexOf('\n', start) + 1;
  return content > 0 && content < end && text[content] === BYTE_ORDER_MARK
    ? { start: content + 1, end }
    : { start, end };
}

/** Splits a part into JSON objects, if it consists of nothing but several of them. */
function splitJson(text: string, part: StreamPart): StreamPart[] {
  const first = jsonStart(text, part);
  if (text[first] !== '{') return [part];
  const parts: StreamPart[] = [];
  let start = part.start;
  for (let at = first; at < part.end; ) {
    const end = objectEnd(text, at, part.end);
    if (end === undefined || !isJson(text.slice(at, end))) return [part];
    const next = skipSpace(text, end, part.end);
    parts.push({ start, end: next === part.end ? part.end : end });
    if (next < part.end && text[next] !== '{') return [part];
    start = end;
    at = next;
  }
  return parts;
}

/** The offset of the first character after `---` and white space. */
function jsonStart(text: string, { start, end }: StreamPart): number {
  return skipSpace(text, isMarker(text, start) ? start + MARKER.length : start, end);
}

function skipSpace(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && (' \t\r\n'.includes(text[at] ?? '') || text[at] === BYTE_ORDER_MARK)) at += 1;
  return at;
}

/** The offset after the brace that closes the object at an offset; undefined if it is not closed. */
function objectEnd(text: string, from: number, end: number): number | undefined {
  let depth = 0;
  for (let at = from; at < end; at += 1) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at, end);
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** The offset of the quote that closes the string at an offset. */
function stringEnd(text: string, from: number, end: number): number {
  let at = from + 1;
  while (at < end && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
