import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { AppError } from '../../errors.ts';
import { aliasTargets } from '../../yaml-nodes.ts';
import { dropShadowed, GO_YAML } from '../go-yaml.ts';
import { readLayout } from './block-layout.ts';
import { isMerge } from './collections.ts';
import { lineBreakOf } from './text-edit.ts';

/**
 * Replaces every alias and merge key of a YAML document by a copy of what it refers to, and drops
 * the anchors. Comments, quotes and block or flow style stay; the library may change white space.
 *
 * @throws AppError `manifest` for a text that is not one valid YAML document, and for an alias
 *   inside the value that it refers to.
 */
export function expandAliases(text: string): string {
  const document = parseFinite(text);
  const targets = aliasTargets(document);
  const layout = readLayout(document.contents?.srcToken, text)(0);
  visit(document, {
    Alias: (_key, alias, path) => {
      const target = targets.get(alias);
      if (!target || path.includes(target)) throw endlessAlias(alias);
      return copyFor(alias, target);
    },
  });
  visit(document, {
    Map: (_key, map) => {
      map.items = pairsOf(map);
    },
  });
  visit(document, { Node: dropAnchor });
  const expanded = document.toString({
    lineWidth: 0,
    indent: layout.mapStep,
    indentSeq: layout.seqStep > 0,
    flowCollectionPadding: /[[{] +[^\s\]}]/.test(text),
  });
  return lineBreakOf(text) === '\n' ? expanded : expanded.replaceAll('\n', '\r\n');
}

function parseFinite(text: string): Document.Parsed {
  const document = parseDocument(text, { ...GO_YAML, keepSourceTokens: true });
  dropShadowed(document);
  const [fault] = document.errors;
  if (fault) throw new AppError('manifest', fault.message);
  try {
    // Throws if aliases of aliases expand beyond the library's limit.
    document.toJS();
  } catch (cause) {
    throw new AppError('manifest', String(cause), { cause });
  }
  return document;
}

function endlessAlias({ source }: Alias): AppError {
  return new AppError(
    'manifest',
    `the alias *${source} is inside the value of its own anchor &${source}; replace the alias by a plain value`,
  );
}

/** Copies the value that an alias refers to, with the comments around the alias. */
function copyFor({ comment, commentBefore, spaceBefore }: Alias, target: Node): Node {
  const copy = target.clone() as Node;
  visit(copy, { Node: dropAnchor });
  return Object.assign(copy, { comment, commentBefore, spaceBefore });
}

function dropAnchor(_key: unknown, node: Node): void {
  if (!isAlias(node)) delete node.anchor;
}

/**
 * The pairs of a map, with merged pairs at the position of the merge key. The map's own pairs take
 * precedence, then those of the first merged map.
 */
function pairsOf(map: YAMLMap): Pair[] {
  const taken = new Set(map.items.filter((pair) => !isMerge(pair)).map(keyOf));
  return map.items.flatMap((pair) => {
    if (!isMerge(pair)) return [pair];
    const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
    return sources
      .filter(isMap)
      .flatMap(pairsOf)
      .filter((merged) => isNew(taken, keyOf(merged)));
  });
}

function isNew(taken: Set<unknown>, key: unknown): boolean {
  const before = taken.size;
  return taken.add(key).size > before;
}

function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? key.value : key;
}
