import { isMap, isPair, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import type { YamlFault } from '../yaml-nodes.ts';
import type { ConfigFault } from './config-fault.ts';
import { type ConfigPath, expectation, schemaFaults, type ValueFault } from './faults.ts';
import { relationFaults } from './relations.ts';
import { type Config, configSchema } from './schema.ts';
import { readYaml } from './yaml.ts';
import { readValue, type YamlDocument } from './yaml-value.ts';

/** A valid config, or all of its faults in the order of the text. */
export type ParsedConfig =
  | { readonly config: Config }
  | { readonly faults: readonly ConfigFault[] };

/** Nobody reads more of them, and a text of 256 KiB can have a hundred thousand. */
const MAX_FAULTS = 100;

/** Cuts long names and values out of a message. */
const MAX_TEXT_LENGTH = 500;

/**
 * Parses the text of a config file. Takes a fraction of a second, and never throws, whatever the text
 * is. An empty text is a fault: a file is empty for a moment while it is written. `{}` is a config
 * with all defaults.
 */
export function parseConfig(text: string): ParsedConfig {
  const lines = new LineCounter();
  const checked = check(text, lines);
  if ('config' in checked) return checked;
  const faults = checked.faults
    .slice(0, MAX_FAULTS)
    .map(({ offset, message, path = [] }): ConfigFault => {
      const { line, col } = lines.linePos(offset);
      const at = { line: Math.max(line, 1), column: Math.max(col, 1) };
      return { path: shortened(pathText(path)), ...at, message: shortened(message) };
    })
    .sort((one, other) => one.line - other.line || one.column - other.column);
  const last = faults.at(-1);
  if (last === undefined || checked.faults.length <= MAX_FAULTS) return { faults };
  const more = { ...last, path: '', message: `more than ${MAX_FAULTS} errors; fix these first` };
  return { faults: [...faults, more] };
}

interface LocatedFault extends YamlFault {
  readonly path?: ConfigPath;
}

type Checked<Fault> = { readonly config: Config } | { readonly faults: readonly Fault[] };

function check(text: string, lines: LineCounter): Checked<LocatedFault> {
  const documents = readYaml(text, lines);
  if ('faults' in documents) return documents;
  const [document, second] = documents;
  if (second !== undefined) {
    const message = 'unexpected second document; a config file contains only one';
    return { faults: [{ offset: second.range[0], message }] };
  }
  if (document === undefined) return { config: configSchema.parse({}) };
  const read = readValue(document);
  if ('faults' in read) return read;
  const checked = checkValue(read.value);
  if ('config' in checked) return checked;
  return { faults: checked.faults.map((fault) => ({ ...fault, offset: offsetOf(read, fault) })) };
}

/** @returns at most one fault more than are listed. */
function checkValue(value: unknown): Checked<ValueFault> {
  if (isConfigMap(value)) return { faults: [{ path: ['kind'], message: CONFIG_MAP }] };
  const read = configSchema.safeParse(value, { error: expectation });
  const faults = [
    ...firstOf(schemaFaults(read.error?.issues ?? [], value)),
    ...firstOf(relationFaults(value)),
  ];
  if (read.success && faults.length === 0) return { config: read.data };
  return { faults: faults.slice(0, MAX_FAULTS + 1) };
}

function firstOf<Item>(items: Iterable<Item>): Item[] {
  const first: Item[] = [];
  for (const item of items) {
    first.push(item);
    if (first.length > MAX_FAULTS) break;
  }
  return first;
}

function shortened(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

const CONFIG_MAP = 'expected a podherald config, got a ConfigMap; use the text in its `data` field';

function isConfigMap(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'ConfigMap'
  );
}

/** The offset of the invalid name or value, or of the innermost parent that exists. */
function offsetOf(
  { document, resolve }: Pick<YamlDocument, 'document' | 'resolve'>,
  { path, isName }: Omit<ValueFault, 'message'>,
): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, key] of path.entries()) {
    const { name, value } = childOf(resolve(node), key);
    const isLast = index === path.length - 1;
    const own = isLast && isName ? startOf(name) : (startOf(value) ?? startOf(name));
    if (own === undefined) return offset;
    offset = own;
    node = value;
  }
  return offset;
}

/** The path in the usual notation: `profiles.team.files["a/b"]`, `exempt.namespaces[0]`. */
function pathText(path: ConfigPath): string {
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

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Returns a function that finds the line of a field, starting at 1; `undefined` if the text does not contain the field. */
export function configLines(text: string): (path: ConfigPath) => number | undefined {
  const lines = new LineCounter();
  const documents = readYaml(text, lines);
  const [document] = 'faults' in documents ? [] : documents;
  const read = document && readValue(document);
  return (path) => {
    if (read === undefined || 'faults' in read || !read.document.hasIn(path)) return undefined;
    return lines.linePos(offsetOf(read, { path, isName: true })).line;
  };
}

/** `file:line:column: path: message`, which editors and terminals turn into a link. */
export function faultLine(file: string, { line, column, path, message }: ConfigFault): string {
  const at = `${file}:${line}:${column}`;
  return path === '' ? `${at}: ${message}` : `${at}: ${path}: ${message}`;
}
