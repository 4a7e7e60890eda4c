import type { Mutation, Outcome } from '../admission/outcome.ts';
import { isMalformed, type Pod, parsePod } from '../api/pod.ts';
import { imageOf } from '../decision/ambassador-rules.ts';
import { annotationNameOf } from '../decision/annotations.ts';
import type { Namespace } from '../decision/decide.ts';
import {
  type Finding,
  kindOf,
  type Reason,
  type ReasonKind,
  sentenceOf,
} from '../decision/reasons.ts';
import type { Rules } from '../decision/rules.ts';
import { findPresent } from '../removal/find-present.ts';
import { type Change, changesOf, changesThere } from './changes.ts';
import { type Wish, wishesOf } from './wish.ts';

/** Where things are written, for whoever looks for them. Absent answers are unknown places. */
export interface Places {
  /** Of a place in the pod or pod template, such as `line 12` or `deployment.yaml:12`. */
  pod(path: readonly (string | number)[]): string | undefined;
  /** Of a field of the config, such as `config.yaml:3`. */
  config(path: readonly string[]): string | undefined;
}

export interface ExplainedWish extends Wish {
  readonly at?: string;
}

/** A field of the config that decided, or its default. */
export interface ConfigField {
  readonly field: string;
  readonly value: string;
  /** Absent where the config does not say it, so that podherald's default counts. */
  readonly at?: string;
}

export interface ExplainedReason {
  readonly reason: Reason;
  readonly kind: ReasonKind;
  readonly message: string;
  /** The container that it is about. */
  readonly container?: string;
  /** What decided it: an annotation, the namespace, the config or the container. */
  readonly decidedBy?: string;
}

/** All there is to tell about what podherald makes of one pod. */
export interface Explanation {
  readonly outcome: Outcome;
  readonly wishes: readonly ExplainedWish[];
  readonly config: readonly ConfigField[];
  /** What it has got already. */
  readonly there: readonly Change[];
  /** What it gets, or would get. */
  readonly added: readonly Change[];
  readonly reasons: readonly ExplainedReason[];
}

export function explain(
  template: unknown,
  mutation: Mutation,
  { namespace, rules, places }: { namespace: Namespace; rules: Rules; places: Places },
): Explanation {
  const pod = parsePod(template);
  const { outcome, operations, findings } = mutation;
  const annotations = isMalformed(pod) ? undefined : pod.metadata?.annotations;
  const wishes = wishesOf(annotations, namespace, rules.annotationPrefix);
  return {
    outcome,
    wishes: wishes.map((wish) => placed(wish, places)),
    config: outcome === 'skipped' ? [] : fieldsOf(wishes, rules, places),
    there: isMalformed(pod) ? [] : thereIn(pod, namespace, rules),
    added: isMalformed(pod) ? [] : changesOf(pod, operations),
    reasons: findings.map((found) => explained(found, namespace, places)),
  };
}

function thereIn(pod: Pod, namespace: Namespace, rules: Rules): Change[] {
  return changesThere(pod, findPresent(pod, namespace, rules));
}

function placed(wish: Wish, places: Places): ExplainedWish {
  const at = wish.on === 'pod' ? places.pod(['metadata', 'annotations', wish.key]) : undefined;
  return { ...wish, ...(at !== undefined && { at }) };
}

/** The fields of the config that fill in what the annotations leave open. */
function fieldsOf(wishes: readonly Wish[], rules: Rules, places: Places): ConfigField[] {
  const { metadata, ambassador, annotationPrefix } = rules;
  const said = new Map(
    wishes
      .filter(({ counts }) => counts)
      .map(({ key, value }) => [
        annotationNameOf(key, annotationPrefix),
        value.trim().toLowerCase(),
      ]),
  );
  const field = (path: readonly string[], value: string): ConfigField => {
    const at = places.config(path);
    return { field: path.join('.'), value, ...(at !== undefined && { at }) };
  };
  const asksMetadata = METADATA_WISHES.some((name) => (said.get(name) ?? 'false') !== 'false');
  const asksAmbassador = said.get('inject-ambassador') === 'true';
  return [
    said.get('inject-metadata') === 'true' &&
      field(['metadata', 'defaultProfile'], metadata.defaultProfile),
    asksMetadata && !said.has('metadata-path') && field(['metadata', 'path'], metadata.path),
    asksAmbassador && field(['ambassador', 'maxAccess'], ambassador.maxAccess),
    asksAmbassador &&
      !said.has('ambassador-port') &&
      field(['ambassador', 'port'], String(ambassador.port)),
    asksAmbassador && field(['ambassador', 'image'], imageOf(ambassador)),
  ].filter((one) => one !== false);
}

const METADATA_WISHES = ['inject-metadata', 'metadata-env', 'metadata-files'] as const;

function explained(found: Finding, namespace: Namespace, places: Places): ExplainedReason {
  const decidedBy = deciderOf(found, namespace, places);
  return {
    reason: found.reason,
    kind: kindOf(found),
    message: sentenceOf(found),
    ...(found.slots['container'] !== undefined && { container: found.slots['container'] }),
    ...(decidedBy !== undefined && { decidedBy }),
  };
}

/** The fields of the config that reasons come from. */
const CONFIG_REASONS: Readonly<Record<string, readonly string[]>> = {
  exempt_namespace: ['exempt', 'namespaces'],
  unknown_profile: ['profiles'],
  access_narrowed: ['ambassador', 'maxAccess'],
};

function deciderOf(found: Finding, namespace: Namespace, places: Places): string | undefined {
  const { key, container } = found.slots;
  const field = CONFIG_REASONS[found.reason];
  const parts = [
    key !== undefined && annotationText(key, places),
    field && configText(field, places),
    key === undefined && container !== undefined && `what container ${container} has of its own`,
    found.reason === 'not_requested' &&
      `no inject-… annotation on the pod or on namespace ${namespace.name}`,
  ];
  const text = parts.filter((part) => typeof part === 'string').join('; ');
  return text === '' ? undefined : text;
}

const OF_NAMESPACE = /^namespace (\S+): (.*)$/;

function annotationText(key: string, places: Places): string {
  const [, namespace, name] = OF_NAMESPACE.exec(key) ?? [];
  if (namespace !== undefined) return `annotation ${name} of namespace ${namespace}`;
  return withPlace(`annotation ${key}`, places.pod(['metadata', 'annotations', key]));
}

function configText(path: readonly string[], places: Places): string {
  return withPlace(`${path.join('.')} of the config`, places.config(path));
}

function withPlace(text: string, place: string | undefined): string {
  return place === undefined ? text : `${text} (${place})`;
}
