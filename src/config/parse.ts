import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
} from 'yaml';
import { type ConfigPath, expectation, schemaFaults, type ValueFault } from './faults.ts';
import { relationFaults } from './relations.ts';
import { type Config, configSchema } from './schema.ts';

/** An error in a config file, with its location. */
export interface ConfigFault {
  /** The path of the field, such as `profiles.team.env.A`; empty if the error is not about a field. */
  readonly path: string;
  /** Starts at 1. */
  readonly line: number;
  /** Starts at 1. */
  readonly column: number;
  readonly message: string;
}

/** A valid config, or all of its faults in the order of the text. */
export type ParsedConfig =
  | { readonly config: Config }
  | { readonly faults: readonly ConfigFault[] };

/** Parses the text of a config file. An empty file is a config with all defaults. */
export function parseConfig(text: string): ParsedConfig {
  const lines = new LineCounter();
  const documents = readYaml(text, lines);
  const faultAt = (offset: number, message: string, path = ''): ConfigFault => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const yamlErrors = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (yamlErrors.length > 0)
    return { faults: yamlErrors.map(({ pos, message }) => faultAt(pos[0], message)) };
  const [document, second] = documents.filter(hasContent);
  if (second !== undefined) {
    return {
      faults: [
        faultAt(second.range[0], 'unexpected second document; a config file contains only one'),
      ],
    };
  }
  const checked = check(document);
  if ('config' in checked) return checked;
  const faults = checked.faults.map((fault) =>
    faultAt(document ? offsetOf(document, fault) : 0, fault.message, pathText(fault.path)),
  );
  return {
    faults: faults.sort((one, other) => one.line - other.line || one.column - other.column),
  };
}

/** Supports merge keys (`<<`), as the YAML parser of Kubernetes does. */
function readYaml(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  const options = { merge: true, prettyErrors: false, lineCounter };
  const parsed = parseAllDocuments(text, options);
  return 'empty' in parsed ? [] : parsed;
}

function hasContent({ contents }: Document.Parsed): boolean {
  return contents !== null && !(isScalar(contents) && contents.value === null);
}

type Checked = { readonly config: Config } | { readonly faults: readonly ValueFault[] };

function check(document: Document.Parsed | undefined): Checked {
  const value = document === undefined ? {} : plainValue(document);
  if (value instanceof Error) return { faults: [{ path: [], message: value.message }] };
  if (isConfigMap(value)) return { faults: [{ path: ['kind'], message: CONFIG_MAP }] };
  const read = configSchema.safeParse(value, { error: expectation });
  const faults = [...schemaFaults(read.error?.issues ?? [], value), ...relationFaults(value)];
  return read.success && faults.length === 0 ? { config: read.data } : { faults };
}

/** Returns the error for excessive aliases and for invalid merge keys, which are detected only here. */
function plainValue(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const CONFIG_MAP = 'expected a podherald config, got a ConfigMap; use the text in its `data` field';

function isConfigMap(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'ConfigMap'
  );
}

/** The offset of the invalid name or value, or of the innermost parent that exists. */
function offsetOf(document: Document.Parsed, { path, isName }: ValueFault): number {
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

function resolve(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Returns a function that finds the line of a field, starting at 1; `undefined` if the text does not contain the field. */
export function configLines(text: string): (path: ConfigPath) => number | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter });
  return (path) => {
    if (!document.hasIn(path)) return undefined;
    const offset = offsetOf(document, { path, message: '', isName: true });
    return lineCounter.linePos(offset).line;
  };
}

/** `file:line:column: path: message`, which editors and terminals turn into a link. */
export function faultLine(file: string, { line, column, path, message }: ConfigFault): string {
  const at = `${file}:${line}:${column}`;
  return path === '' ? `${at}: ${message}` : `${at}: ${path}: ${message}`;
}
