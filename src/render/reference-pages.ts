import { configReference } from '../config/json-schema.ts';
import { OUTCOMES } from '../core/admission/mutation.ts';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../core/decision/annotations.ts';
import { sourceText } from '../core/decision/env-source.ts';
import { isKnownName, KNOWN_NAMES } from '../core/decision/known-names.ts';
import {
  BUILT_IN_PROFILES,
  type EnvItem,
  type FileItem,
  type Profile,
} from '../core/decision/profiles.ts';
import { REASON_KINDS, REASONS } from '../core/decision/reasons.ts';
import { DEFAULT_PREFIX } from '../core/decision/rules.ts';
import { FIELDS, RESOURCES } from '../core/decision/sources.ts';
import { MISSING_REASONS } from '../diagnosis/missing-reasons.ts';

/** The pages of docs/reference by file name. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'annotations.md': annotationsPage,
  'config.md': configReference,
  'reasons.md': reasonsPage,
};

/** Generated from the declarations of annotation keys, sources and profiles. */
function annotationsPage(): string {
  return `${GENERATED}
# Annotations

All keys have the prefix \`${DEFAULT_PREFIX}\`, or the \`annotationPrefix\` of the config. Some keys also work without the
prefix. If a key is set twice, with and without the prefix, and the two values differ, the annotation is
invalid. Whitespace around values and the case of \`true\` and \`false\` are ignored.

Annotations of a namespace are the defaults of its pods. For each key except \`ambassador-access\`, the pod takes precedence
over its namespace, and the namespace over the config. \`inject-metadata: "false"\` on a pod takes precedence over everything else.

${table(['Key', 'Without prefix', 'On', 'Value', 'Description'], keyRows())}

If annotations of a pod are invalid, the pod is denied, and the message lists all of them. With \`onInvalid: warn\` in the config,
the pod is admitted without the invalid part. podherald never denies a pod because of a profile that
the config does not define, or because of an invalid annotation of a namespace: it ignores them and returns a warning.
[reasons.md](reasons.md) lists all messages.

On a workload such as a Deployment, set the annotations on the pod template (\`spec.template.metadata.annotations\`).

## Sources

The items of \`metadata-env\` have the form \`NAME=source[:divisor]\`, the items of \`metadata-files\` the form
\`path=source[:divisor]\`. A \`NAME\` consists of letters, digits and \`_\`, and does not start with a digit. A \`path\` is
relative to \`metadata-path\`, and does not contain \`..\`.

${table(['Source', 'env', 'files'], sourceRows())}

The divisor of \`cpu\` is \`1m\` or \`1\`. The divisor of other resources is \`1\`, \`1k\`, \`1M\`, \`1G\`, \`1T\`, \`1P\`, \`1E\` or \`1Ki\` … \`1Ei\`.
The default is \`1\`. Values are rounded up. If a container has no limit, \`limits.*\` is the node's allocatable amount (huge
pages: 0), and podherald returns a warning.

### Values that are known when the pod is created

The Downward API does not have these sources. podherald writes their values into \`env\` as they are when the pod is created, so they
work only as variables.

${table(['Source', 'Value'], knownRows())}

The workload of a pod is its controller, the owner reference with \`controller: true\`. Three controllers create their pods through
another object, and only the names show that. podherald relies on these conventions:

- A ReplicaSet whose name ends with \`-\` and the label \`pod-template-hash\` of the pod belongs to a Deployment.
- With the label \`rollouts-pod-template-hash\`, it belongs to a Rollout of Argo Rollouts.
- A Job whose name ends with \`-\` and eight digits from 26000000 to 39999999 belongs to a CronJob. The digits are the minutes since 1970
  at which the Job was scheduled: June 2019 to January 2046. A Job that you name like that yourself is taken for one of a CronJob.

\`podherald inject\` uses the workload in the manifest. For a custom kind whose controller creates a Deployment or a Job, its
value therefore differs from that of the webhook. A PodTemplate has no workload.

### Lists of sources

A variable can have several sources, separated by \`|\`. It shows the first one that the pod has when it is created:

\`\`\`yaml
podherald.dev/metadata-env: "NAME=metadata.labels['app.kubernetes.io/name'] | workload.name"
\`\`\`

A label or annotation counts if it is not empty. It stays a \`fieldRef\`, so a container that is restarted shows its new value. A
source that every pod has, such as \`metadata.name\` or \`limits.memory\`, must come last. The labels
\`topology.kubernetes.io/*\` never count, because a pod gets them later. The notation is the same in profiles.

### Sources without a value

If a source has no value, podherald leaves the variable out, together with strings that refer to it as \`$(NAME)\`, and returns
a warning (\`value_unknown\`). A copied or restored pod keeps the values that it has.

## Built-in profiles

${[...BUILT_IN_PROFILES].map(profileSection).join('\n')}`;
}

function keyRows(): string[][] {
  return ANNOTATION_NAMES.map((name) => {
    const { bare, on, values, doc } = ANNOTATION_KEYS[name];
    const objects = on.length === 0 ? 'written by podherald' : on.join(', ');
    return [`\`${name}\``, bare ? 'yes' : '', objects, values, doc];
  });
}

function knownRows(): string[][] {
  const label =
    'a label of the namespace, if `namespaces.labels` or a profile of the config names it: a pod cannot ask for other labels';
  const known = Object.entries({ ...KNOWN_NAMES, "namespace.labels['key']": label });
  return known.map(([name, doc]) => [`\`${name}\``, doc]);
}

function sourceRows(): string[][] {
  const mark = (works: boolean): string => (works ? 'yes' : '');
  const ofPod = Object.entries(FIELDS).filter(([field]) => !isKnownName(field));
  const fields = ofPod.map(([field, sides]) => [
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
    ...env.map((item) => [item.name, sourceCell(item)]),
    ...files.map((item) => [`file \`${item.path}\``, sourceCell(item)]),
  ];
  return `### ${name}\n\n${doc ?? ''}\n\n${table(['Variable or file', 'Source'], rows)}\n`;
}

function sourceCell({ source }: EnvItem | FileItem): string {
  if ('literal' in source) return `the string \`${source.literal}\``;
  if ('otel' in source) return 'the attributes, separated by commas';
  return `\`${sourceText(source)}\``;
}

/** Generated from the catalogue of reasons. */
function reasonsPage(): string {
  const outcomes = Object.entries(OUTCOMES).map(([outcome, doc]) => [`\`${outcome}\``, doc]);
  const reasons = Object.entries(REASONS).map(([reason, { kind, sentence }]) => [
    `\`${reason}\``,
    kind,
    `\`${sentence}\``,
  ]);
  const kinds = Object.entries(REASON_KINDS).map(([kind, doc]) => `- **${kind}**: ${doc}`);
  const whys = Object.entries(MISSING_REASONS).map(([why, sentence]) => [
    `\`${why}\``,
    `\`${sentence}\``,
  ]);
  return `${GENERATED}
# Outcomes and reasons

Every admission review of podherald has exactly one outcome.

${table(['Outcome', 'Description'], outcomes)}

If a pod is not injected exactly as requested, each difference has a reason. The reason or its message appears in the warnings
of \`kubectl\`, in the annotation \`podherald.dev/status\` of the pod, in the audit annotations of the API server, in the log, and
as a label of \`podherald_reviews_total\`. In the log, \`…\` replaces names and values of the pod; at level debug, the log also
contains the complete messages. If a review has several reasons, the label is the one that comes first in this table.

${table(['Reason', 'Kind', 'Message'], reasons)}

${kinds.join('\n')}

## Why a running pod is missing an injection

\`podherald audit\` and \`podherald explain\` show the most likely reason. With \`-o json\`, it is the field \`reason\`.

${table(['Reason', 'Message'], whys)}
`;
}

/** The first line of every generated page. */
export const GENERATED =
  '<!-- Generated by hack/generate-docs.ts from the declarations in src. Do not edit. -->\n';

/** Renders a Markdown table. The cells must not contain line breaks. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
