import { Composer, type CST, type Document, isScalar, Lexer, type LineCounter, Parser } from 'yaml';
import { utf8Bytes } from '../core/api/sizes.ts';
import { duplicateKeys, type YamlFault } from '../yaml-nodes.ts';

/** Plenty for a config, and a fraction of a second to check. A ConfigMap holds at most 1 MiB. */
export const MAX_CONFIG_BYTES = 256 * 1024;

/** The pieces of YAML syntax in a text: about seven for each line such as `POD_IP: status.podIP`. */
const MAX_TOKENS = 50_000;

/** A config needs five levels. Parsers and checks call themselves for each level. */
export const MAX_DEPTH = 50;

/**
 * Reads the YAML documents of a text in bounded time and memory, and without an exception, whatever
 * the text is. Supports merge keys (`<<`), as the YAML parser of Kubernetes does.
 *
 * @param lines receives the line breaks of the text.
 * @returns the documents with content, or everything that makes the text invalid YAML.
 */
export function readYaml(
  text: string,
  lines: LineCounter,
): readonly Document.Parsed[] | { readonly faults: readonly YamlFault[] } {
  if (text.trim() === '') return { faults: [{ offset: 0, message: EMPTY }] };
  if (utf8Bytes(text) > MAX_CONFIG_BYTES) {
    return { faults: [{ offset: 0, message: TOO_LONG }] };
  }
  const tokens = tokensOf(text, lines);
  if ('message' in tokens) return { faults: [tokens] };
  const documents = [...new Composer(OPTIONS).compose(tokens)];
  const faults = documents.flatMap((document) => [
    ...[...document.errors, ...document.warnings].map(
      ({ pos, message }): YamlFault => ({ offset: pos[0], message }),
    ),
    ...duplicateKeys(document),
  ]);
  if (faults.length > 0) return { faults };
  return documents.filter(hasContent);
}

/** `duplicateKeys` replaces `uniqueKeys`. */
const OPTIONS = {
  merge: true,
  prettyErrors: false,
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const;

const EMPTY = 'the file is empty; for a config with all defaults, write {}';
const TOO_LONG = `the config is too long: expected at most ${MAX_CONFIG_BYTES / 1024} KiB`;
const TOO_MANY_TOKENS = `the config is too long: expected at most ${MAX_TOKENS} YAML tokens, which are about 7000 fields`;
export const TOO_DEEP = `nested too deep: expected at most ${MAX_DEPTH} levels`;

function tokensOf(text: string, lines: LineCounter): readonly CST.Token[] | YamlFault {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let count = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > MAX_TOKENS) return { offset: parser.offset, message: TOO_MANY_TOKENS };
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return { offset: parser.offset, message: TOO_DEEP };
  }
  return [...tokens, ...parser.end()];
}

function hasContent({ contents }: Document.Parsed): boolean {
  return contents !== null && !(isScalar(contents) && contents.value === null);
}
