import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../core/decision/annotations.ts';
import {
  BUILT_IN_PROFILES,
  type EnvItem,
  type FileItem,
  type Profile,
} from '../core/decision/profiles.ts';
import { DEFAULT_PREFIX } from '../core/decision/rules.ts';
import { FIELDS, RESOURCES } from '../core/decision/sources.ts';
import { GENERATED, table } from './markdown.ts';

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
