import { parseEnvItems, parseFileItems } from './metadata-items.ts';
import {
  parseContainerSelection,
  parseMetadataPath,
  parseMetadataSwitch,
} from './metadata-values.ts';
import { type Parse, parseAccess, parsePort, parseTruth } from './values.ts';

export type Place = 'pod' | 'namespace';

interface AnnotationKey {
  /** Whether the key may also be written without the prefix. */
  readonly bare: boolean;
  /** Where it may stand; nowhere for what podherald writes itself. */
  readonly on: readonly Place[];
  /** The values, for the reference page. */
  readonly values: string;
  /** What it does, in a sentence for the reference page. */
  readonly doc: string;
  /** Absent where podherald leaves the key alone. */
  readonly parse?: Parse<unknown>;
}

/** Every annotation key, once. The parser, the reference page and the warnings come from here. */
export const ANNOTATION_KEYS = {
  'inject-metadata': {
    bare: true,
    on: ['pod', 'namespace'],
    values: '`true`, `false`, or profile names separated by commas, such as `default,otel`',
    doc: 'Adds the default profile, or the profiles named. `false` on a pod also switches its items off.',
    parse: parseMetadataSwitch,
  },
  'inject-ambassador': {
    bare: true,
    on: ['pod', 'namespace'],
    values: '`true`, `false`',
    doc: 'Adds the ambassador: `kubectl proxy` beside the app, at `KUBE_API_URL`.',
    parse: parseTruth,
  },
  'metadata-env': {
    bare: false,
    on: ['pod'],
    values: 'items `NAME=source[:divisor]`, separated by commas or newlines',
    doc: 'Adds variables. An item replaces a profile’s item of that name.',
    parse: parseEnvItems,
  },
  'metadata-files': {
    bare: false,
    on: ['pod'],
    values: 'items `path=source[:divisor]`, separated by commas or newlines',
    doc: 'Adds files. An item replaces a profile’s item at that path.',
    parse: parseFileItems,
  },
  'metadata-path': {
    bare: false,
    on: ['pod', 'namespace'],
    values: 'an absolute path',
    doc: 'Where the files are mounted; `/etc/downward` unless the config says otherwise.',
    parse: parseMetadataPath,
  },
  'metadata-containers': {
    bare: false,
    on: ['pod'],
    values: 'container names separated by commas, or all but some: `!name,!other`',
    doc: 'The containers that get metadata; all, init containers included, where it is not given. A name that the pod does not have is a fault, an unknown `!name` is not.',
    parse: parseContainerSelection,
  },
  'ambassador-access': {
    bare: false,
    on: ['pod', 'namespace'],
    values: 'from narrow to wide: `namespace`, `read-only` (default), `full`',
    doc: 'What the ambassador lets through. The narrowest counts of what the pod, its namespace and the config’s `maxAccess` say.',
    parse: parseAccess,
  },
  'ambassador-port': {
    bare: false,
    on: ['pod'],
    values: '1024–65535',
    doc: 'The ambassador’s port on 127.0.0.1; 8001, or the next free one, where it is not given. One that another container declares is a fault.',
    parse: parsePort,
  },
  'ambassador-kubeconfig': {
    bare: false,
    on: ['pod'],
    values: '`true`, `false`',
    doc: 'Also adds a kubeconfig file and `KUBECONFIG`, so that client libraries go through the ambassador.',
    parse: parseTruth,
  },
  kubeconfig: {
    bare: false,
    on: [],
    values: 'one line of JSON',
    doc: 'Written by podherald: the text of that file.',
  },
  status: {
    bare: false,
    on: [],
    values: 'one line of JSON',
    doc: 'Written by podherald: which version injected what, what it did not and why. Never read as proof of anything.',
  },
} as const satisfies Record<string, AnnotationKey>;

type Keys = typeof ANNOTATION_KEYS;
export type AnnotationName = keyof Keys;

/** What the keys that have a parser say. */
export type AnnotationValues = {
  readonly [Name in AnnotationName as Keys[Name] extends { parse: Parse<unknown> }
    ? Name
    : never]: Keys[Name] extends { parse: Parse<infer Value> } ? Value : never;
};

export const ANNOTATION_NAMES = Object.keys(ANNOTATION_KEYS) as readonly AnnotationName[];

/** The key's name without the prefix, or nothing where the key is not one of ours. */
export function annotationNameOf(key: string, prefix: string): AnnotationName | undefined {
  if (key.startsWith(prefix)) {
    const name = key.slice(prefix.length);
    return isAnnotationName(name) ? name : undefined;
  }
  return isAnnotationName(key) && ANNOTATION_KEYS[key].bare ? key : undefined;
}

function isAnnotationName(name: string): name is AnnotationName {
  return Object.hasOwn(ANNOTATION_KEYS, name);
}

/** kubelet's mark on the API server's copy of a static pod. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
