/**
 * - `requests`: the text has a key of podherald.
 * - `pod`: the text may be of a workload, which gets something if its namespace or `--annotate` requests it.
 * - `other`: the text may be of a Namespace, or has a word that may be a misspelt key.
 * - `none`: whatever the text is, nothing can be injected.
 */
export type Relevance = 'requests' | 'pod' | 'other' | 'none';

/**
 * Judges a document by its text, without parsing it. When in doubt, it matters.
 *
 * @param annotationPrefix such as `podherald.dev/`.
 */
export function relevanceOf(text: string, annotationPrefix: string): Relevance {
  if (isNeverWorkload(text)) return 'none';
  const words = joinedLines(text);
  if (BARE_KEYS.test(words) || words.includes(annotationPrefix)) return 'requests';
  if (words.includes('containers') || WORKLOAD.test(words) || ESCAPED.test(words)) return 'pod';
  return NAMESPACE.test(words) || MISSPELT.test(words) ? 'other' : 'none';
}

const BARE_KEYS = /inject-(?:metadata|ambassador)/;

/** It takes precedence over the one in the cluster, also without annotations. */
const NAMESPACE = /kind["']?[ \t]*:[ \t]*["']?Namespace\b/;

const MISSPELT = /inject|podherald/i;

/** A workload that lacks its containers is reported too. */
const WORKLOAD =
  /kind["']?[ \t]*:[ \t]*["']?(?:Pod|PodTemplate|ReplicationController|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob)\b/;

/** An escape in a double-quoted key can hide any letter. */
const ESCAPED = /\\(?:x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8})/i;

/** A double-quoted key can be split by a backslash at the end of the line. */
function joinedLines(text: string): string {
  return text.includes('\\\n') || text.includes('\\\r\n')
    ? text.replace(/\\\r?\n[ \t]*/g, '')
    : text;
}

/** In a block map, a key of the whole document is the only text that can begin its line with `kind:`. */
const KIND = /^kind[ \t]*:.*$/gm;

/** Schemas and files that contain pods in whatever form. They are never pods themselves. */
const NEVER_WORKLOADS =
  /^kind[ \t]*:[ \t]*["']?(?:CustomResourceDefinition|ConfigMap|Secret)["']?[ \t]*(?:#.*)?\r?$/;

function isNeverWorkload(text: string): boolean {
  const [kind, ...others] = text.match(KIND) ?? [];
  return kind !== undefined && others.length === 0 && NEVER_WORKLOADS.test(kind);
}
