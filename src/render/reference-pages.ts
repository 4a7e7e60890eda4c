import { configReference } from '../config/json-schema.ts';
import { OUTCOMES } from '../core/admission/mutation.ts';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../core/decision/annotations.ts';
import {
  BUILT_IN_PROFILES,
  type EnvItem,
  type FileItem,
  type Profile,
} from '../core/decision/profiles.ts';
import { REASON_KINDS, REASONS } from '../core/decision/reasons.ts';
import { DEFAULT_PREFIX } from '../core/decision/rules.ts';
import { FIELDS, RESOURCES } from '../core/decision/sources.ts';
import { WHY_NOT } from '../diagnosis/why-not.ts';

/** The pages of docs/reference by file name. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'annotations.md': annotationsPage,
  'config.md': configReference,
  'reasons.md': reasonsPage,
};

/** docs/reference/annotations.md, from the declarations of the keys, sources and profiles. */
export function annotationsPage(): string {
  return `${GENERATED}
# Annotations

Keys carry the prefix \`${DEFAULT_PREFIX}\`, or the one that the config names. Those marked may also be written bare; both
spellings of one key with different meanings are a fault. Blanks around values do not count, and \`true\` and \`false\` may be
written in any case.

For each key alone, the pod's own word counts before its namespace's, and that before the config's. A pod's
\`inject-metadata: "false"\` always wins.

${table(['key', 'bare', 'on', 'value', 'what it does'], keyRows())}

A pod is denied for faults in its own annotations, with all of them in one message, unless the config says
\`onInvalid: warn\`: then it is admitted without those parts. What depends on the config (a profile that does not exist) and
what is wrong on a namespace is told and never denied. [reasons.md](reasons.md) has every sentence.

On a Deployment and the like, annotations belong on the pod template (\`spec.template.metadata.annotations\`).

## Sources

An item is \`NAME=source[:divisor]\` in \`metadata-env\`, \`path=source[:divisor]\` in \`metadata-files\`.

${table(['source', 'env', 'files'], sourceRows())}

The divisor of \`cpu\` is \`1m\` or \`1\`; of the others \`1\`, \`1k\`, \`1M\`, \`1G\`, \`1T\`, \`1P\`, \`1E\` or \`1Ki\` … \`1Ei\`. Without one it
is 1. Values are rounded up. Without a limit, \`limits.*\` shows what the node can allocate (huge pages: 0), and podherald
warns of it. Names of variables are C identifiers; paths are relative, without \`..\`.

## Built-in profiles

${[...BUILT_IN_PROFILES].map(profileSection).join('\n')}`;
}

function keyRows(): string[][] {
  return ANNOTATION_NAMES.map((name) => {
    const { bare, on, values, doc } = ANNOTATION_KEYS[name];
    const places = on.length === 0 ? 'written by podherald' : on.join(', ');
    return [`\`${name}\``, bare ? 'yes' : '', places, values, doc];
  });
}

function sourceRows(): string[][] {
  const mark = (works: boolean): string => (works ? 'yes' : '');
  const fields = Object.entries(FIELDS).map(([field, sides]) => [
    `\`${field}\``,
    mark(sides.includes('env')),
    mark(sides.includes('files')),
  ]);
  const keyed = ['labels', 'annotations'].map((map) => [
    `\`metadata.${map}['key']\``,
    'yes',
    'yes',
  ]);
  const resources = [...RESOURCES, 'hugepages-<size>'].map((name) => [
    `\`limits.${name}\`, \`requests.${name}\``,
    'yes',
    'yes',
  ]);
  return [...fields, ...keyed, ...resources];
}

function profileSection([name, profile]: readonly [string, Profile]): string {
  const { doc, env, files } = profile;
  const rows = [
    ...env.map((item) => [item.name, sourceText(item)]),
    ...files.map((item) => [`file \`${item.path}\``, sourceText(item)]),
  ];
  return `### ${name}\n\n${doc ?? ''}\n\n${table(['variable or file', 'source'], rows)}\n`;
}

function sourceText({ source }: EnvItem | FileItem): string {
  if ('literal' in source) return `the text \`${source.literal}\``;
  if ('containerName' in source) return 'the name of the container';
  return 'fieldRef' in source
    ? `\`${source.fieldRef}\``
    : `\`${source.resource}:${source.divisor}\``;
}

/** docs/reference/reasons.md, from the catalogue. */
export function reasonsPage(): string {
  const outcomes = Object.entries(OUTCOMES).map(([outcome, doc]) => [`\`${outcome}\``, doc]);
  const reasons = Object.entries(REASONS).map(([reason, { kind, sentence }]) => [
    `\`${reason}\``,
    kind,
    `\`${sentence}\``,
  ]);
  const kinds = Object.entries(REASON_KINDS).map(([kind, doc]) => `- **${kind}**: ${doc}`);
  const whys = Object.entries(WHY_NOT).map(([why, sentence]) => [`\`${why}\``, `\`${sentence}\``]);
  return `${GENERATED}
# Outcomes and reasons

Every review ends in one outcome.

${table(['outcome', 'means'], outcomes)}

Each thing that was not injected, or otherwise than asked, has one reason. The same words appear as warnings of \`kubectl\`,
in the pod's annotation \`podherald.dev/status\`, in the API server's audit annotations, in the log (sentences only at level
debug, as they quote the pod's text) and as labels of \`podherald_reviews_total\`. Where several apply to one review, the
first of this table is the label.

${table(['reason', 'kind', 'sentence'], reasons)}

${kinds.join('\n')}

## Why a pod that exists lacks what it asks for

\`podherald audit\` and \`podherald explain\` name the likeliest reason, with \`-o json\` as \`reason\`.

${table(['reason', 'sentence'], whys)}
`;
}

/** The first line of every page that is made from declarations. */
export const GENERATED =
  '<!-- Generated by hack/generate-docs.ts from the declarations in src. Do not edit. -->\n';

/** A table of cells that may hold any text but line breaks. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
