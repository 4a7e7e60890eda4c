import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../../src/core/decision/annotations.ts';
import { BUILT_IN_PROFILES } from '../../src/core/decision/profiles.ts';
import { DEFAULT_PREFIX } from '../../src/core/decision/rules.ts';

/** What can be written at a place, for the editor. */
export interface Completion {
  readonly label: string;
  readonly detail?: string;
  readonly info?: string;
}

/** The keys and values that fit at the end of a text. */
export function completionsAt(
  editor: 'manifest' | 'namespace' | 'config',
  before: string,
): Completion[] {
  const { path, key } = placeAt(before);
  if (editor === 'config') return ofSchema(configJsonSchema(), path, key);
  if (path.at(-1) !== 'annotations') return [];
  return key === undefined ? annotationKeys(editor) : annotationValues(key);
}

/** The keys around the end of a text, and the key whose value is being written. */
function placeAt(before: string): { readonly path: string[]; readonly key?: string } {
  const lines = before.split('\n');
  const last = lines.at(-1) ?? '';
  const [, key] = /^\s*(?:- )?"?([\w./-]+)"?:\s+\S*$/.exec(last) ?? [];
  const path: string[] = [];
  let indent = last.length - last.trimStart().length;
  for (const line of lines.slice(0, -1).reverse()) {
    const [, spaces = '', name = ''] = /^(\s*)(?:- )?"?([\w./-]+)"?:\s*$/.exec(line) ?? [];
    if (name === '' || spaces.length >= indent) continue;
    path.unshift(name);
    indent = spaces.length;
  }
  return { path, ...(key !== undefined && { key }) };
}

function annotationKeys(editor: 'manifest' | 'namespace'): Completion[] {
  const place = editor === 'manifest' ? 'pod' : 'namespace';
  return ANNOTATION_NAMES.filter((name) =>
    (ANNOTATION_KEYS[name].on as readonly string[]).includes(place),
  ).map((name) => {
    const { bare, doc } = ANNOTATION_KEYS[name];
    return { label: `${bare ? name : DEFAULT_PREFIX + name}: `, info: doc };
  });
}

function annotationValues(key: string): Completion[] {
  const name = key.replace(DEFAULT_PREFIX, '');
  if (name === 'inject-metadata') {
    return ['"true"', '"false"', ...BUILT_IN_PROFILES.keys()].map((label) => ({ label }));
  }
  if (name === 'ambassador-access') {
    return ['namespace', 'read-only', 'full'].map((label) => ({ label }));
  }
  return /^inject-|kubeconfig$/.test(name) ? [{ label: '"true"' }, { label: '"false"' }] : [];
}

function ofSchema(
  root: JsonSchema,
  path: readonly string[],
  key: string | undefined,
): Completion[] {
  let schema: JsonSchema | undefined = root;
  for (const name of path) schema = schema && memberOf(schema, name);
  if (schema === undefined) return [];
  if (key !== undefined) {
    const value = memberOf(schema, key);
    const words = value?.enum ?? (value?.type === 'boolean' ? [true, false] : []);
    return words.map((word) => ({ label: String(word) }));
  }
  return Object.entries(schema.properties ?? {}).map(([label, { description }]) => ({
    label: `${label}: `,
    ...(description !== undefined && { info: description }),
  }));
}

function memberOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
