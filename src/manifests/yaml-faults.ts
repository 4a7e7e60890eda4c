import { type Alias, type Document, visit, type YAMLParseError } from 'yaml';
import { aliasTargets, offsetOf, type YamlFault } from '../yaml-nodes.ts';
import { collectionKeys } from './go-yaml.ts';
import { lineEnd, lineStart } from './splice/text-edit.ts';

export const TOO_DEEP = 'the document is nested too deep; remove some levels of lists and maps';

const TEMPLATE =
  'the document is a template, not YAML: render it first, for example with helm template';

const CONFLICT = 'the document has conflict markers of git: resolve the conflict first';

/**
 * Finds the first fault that makes a document unreadable.
 *
 * @param text the text that the document was parsed from.
 */
export function faultOf(document: Document.Parsed, text: string): YamlFault | undefined {
  const [start] = document.range;
  // The library recurses: a list of some thousand levels has an error of the stack for each of them.
  if (document.errors.some(({ message }) => message.startsWith('Maximum call stack'))) {
    return { offset: start, message: TOO_DEEP };
  }
  const [error] = document.errors;
  const fault =
    error === undefined
      ? (collectionKeys(document)[0] ?? aliasFault(document))
      : { offset: error.pos[0], message: error.message };
  if (fault === undefined) return undefined;
  const source = text.slice(start, document.range[2]);
  if (/\{\{|\{%/.test(source)) return { ...fault, message: TEMPLATE };
  if (/^<<<<<<< /m.test(source)) return { ...fault, message: CONFLICT };
  return error === undefined ? fault : plain(error, text);
}

/** Says in plain words what is wrong, where the words of the library are about its grammar. */
function plain({ code, message, pos: [offset] }: YAMLParseError, text: string): YamlFault {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { offset, message: 'indented with a tab: YAML needs spaces' };
    case 'MISSING_CHAR':
      if (!message.startsWith('Missing closing')) break;
      return {
        offset,
        message: 'a text in quotes has no closing quote, or its next line is not indented',
      };
    case 'BAD_INDENT':
      if (message.startsWith('Flow ')) {
        return { offset, message: 'a list or map in brackets is not closed before this line' };
      }
      return { offset, ...(indentationFault(text, offset) ?? { message }) };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return (
        indentationFault(text, offset) ?? {
          offset,
          message: /: .*: /.test(lineAt(text, offset))
            ? 'the value contains ": ": put it in quotes'
            : message,
        }
      );
  }
  return { offset, message };
}

/** An indentation that is wrong on the line at an offset, or on the one below. */
function indentationFault(text: string, offset: number): YamlFault | undefined {
  let start = lineStart(text, offset);
  for (let tries = 0; tries < 3 && start < text.length; tries += 1) {
    const problem = wrongIndentation(text, start);
    if (problem !== undefined) return { offset: start, message: problem };
    const end = text.indexOf('\n', start);
    if (end === -1) return undefined;
    start = end + 1;
  }
  return undefined;
}

/** Compares the indentation of a line with the lines above it that it could belong to. */
function wrongIndentation(text: string, start: number): string | undefined {
  const indent = indentOf(lineAt(text, start));
  if (indent === undefined) return undefined;
  let above = start;
  let isNearest = true;
  while (above > 0 && start - above < MAX_SEARCH) {
    above = lineStart(text, above - 1);
    const line = lineAt(text, above);
    const other = indentOf(line);
    if (other === undefined) continue;
    if (other === indent) return undefined;
    if (other < indent) return isNearest ? problemBelow(line) : LESS;
    isNearest = false;
  }
  return undefined;
}

const LESS = 'indented less than the text before it, and as no line above it';
const MORE = 'indented more than the text before it, which has a value already';

/** A key or a dash without a value may have lines below it that are indented more. */
function problemBelow(line: string): string | undefined {
  return /[:\-|>][-+\d]*\s*(?:#.*)?$/.test(line) ? undefined : MORE;
}

/** A line that it could line up with is near, and a long text has many lines. */
const MAX_SEARCH = 10_000;

function lineAt(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), lineEnd(text, offset));
}

/** The number of spaces before the content; undefined for a line without content. */
function indentOf(line: string): number | undefined {
  const content = line.search(/[^ ]/);
  return content === -1 || '#\r'.includes(line[content] ?? '') ? undefined : content;
}

/** The library compares each alias with each other one. */
const MAX_ALIASES = 1000;

/** A value that contains itself has no end. */
function aliasFault(document: Document.Parsed): YamlFault | undefined {
  const targets = aliasTargets(document);
  let fault: YamlFault | undefined;
  let count = 0;
  visit(document, {
    Alias(_key, alias, path) {
      count += 1;
      const message = messageOf(alias, count, path);
      if (message === undefined) return undefined;
      fault = { offset: offsetOf(alias), message };
      return visit.BREAK;
    },
  });
  return fault;

  function messageOf(alias: Alias, count: number, path: readonly unknown[]): string | undefined {
    const { source } = alias;
    const target = targets.get(alias);
    if (count > MAX_ALIASES) return `expected at most ${MAX_ALIASES} aliases in a document`;
    if (target === undefined) return `the alias *${source} has no anchor &${source} before it`;
    if (!path.includes(target)) return undefined;
    return `the alias *${source} is inside the value of its own anchor &${source}; replace the alias by a plain value`;
  }
}
