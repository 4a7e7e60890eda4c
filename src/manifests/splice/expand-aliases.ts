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
import { isMerge } from './collections.ts';
import { readLayout } from './style.ts';
import { lineBreak } from './text-edit.ts';

/**
 * The document with every alias and merge key replaced by what it stands for, and without anchors.
 * Comments, quotes and block or flow style stay; blanks only as far as the library keeps them.
 * Throws for text that is not one YAML document, and for an alias inside what it stands for.
 */
export function expandAliases(text: string): string {
  const document = readFinite(text);
  const layout = readLayout(document.contents?.srcToken, text)(0);
  visit(document, {
    Alias: (_key, alias, path) => {
      const target = alias.resolve(document);
      if (!target || path.includes(target)) throw endless(alias);
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
  return lineBreak(text) === '\n' ? expanded : expanded.replaceAll('\n', '\r\n');
}

function readFinite(text: string): Document.Parsed {
  const document = parseDocument(text, {
    keepSourceTokens: true,
    logLevel: 'error',
    merge: true,
  });
  const [fault] = document.errors;
  if (fault) throw new AppError('manifest', fault.message);
  try {
    // The library counts here how far aliases of aliases would grow.
    document.toJS();
  } catch (cause) {
    throw new AppError('manifest', String(cause), { cause });
  }
  return document;
}

function endless({ source }: Alias): AppError {
  return new AppError('manifest', `the alias *${source} stands inside what it stands for`);
}

/** A copy in an alias's stead, with the comments around the alias. */
function copyFor({ comment, commentBefore, spaceBefore }: Alias, target: Node): Node {
  const copy = target.clone() as Node;
  visit(copy, { Node: dropAnchor });
  return Object.assign(copy, { comment, commentBefore, spaceBefore });
}

function dropAnchor(_key: unknown, node: Node): void {
  if (!isAlias(node)) delete node.anchor;
}

/** A map's pairs, merged ones in the place of the merge key: its own win, then the first source. */
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
