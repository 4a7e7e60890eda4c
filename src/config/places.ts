import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { ConfigPath, ValueFault } from './faults.ts';

/** The offset of what is at fault: a name, a value, or the nearest thing around it that exists. */
export function offsetOf(document: Document.Parsed, { path, isName }: ValueFault): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, key] of path.entries()) {
    const { name, value } = childOf(resolve(node, document), key);
    const isLast = index === path.length - 1;
    const own = isLast && isName ? startOf(name) : (startOf(value) ?? startOf(name));
    if (own === undefined) return offset;
    offset = own;
    node = value;
  }
  return offset;
}

/** As a person would write it: `profiles.team.files["a/b"]`, `exempt.namespaces[0]`. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

function childOf(node: unknown, key: string | number): { name?: unknown; value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(key)] };
  if (!isMap(node)) return {};
  const pair = node.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
  );
  return pair === undefined ? {} : { name: pair.key, value: pair.value };
}

function resolve(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
