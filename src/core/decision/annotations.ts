import { parseEnvItems, parseFileItems } from './metadata-items.ts';
import {
  parseContainerSelection,
  parseMetadataPath,
  parseMetadataSwitch,
} from './metadata-values.ts';
import { type Parse, parseAccess, parseBoolean, parsePort } from './values.ts';

/** An object whose annotations podherald reads. */
export type AnnotatedKind = 'pod' | 'namespace';

interface AnnotationKey {
  /** Whether the key can also be written without the prefix. */
  readonly bare: boolean;
  /** The objects on which it has an effect; empty for a key that podherald writes. */
  readonly on: readonly AnnotatedKind[];
  /** The values, for the reference page. */
  readonly values: string;
  /** What it does, for the reference page. */
  readonly doc: string;
  /** Absent for a key that podherald only writes. */
  readonly parse?: Parse<unknown>;
}

/** Every annotation key, once. The reader, the reference page and the warnings come from here. */
export const ANNOTATION_KEYS = {
  'inject-metadata': {
    bare: true,
    on: ['pod', 'namespace'],
    values: '`true`, `false`, or profile names separated by commas, such as `default,otel`',
    doc: '`true` injects the default profile, a list of names injects the profiles of these names. With `false` on a pod, its `metadata-env` and `metadata-files` are ignored too.',
    parse: parseMetadataSwitch,
  },
  'inject-ambassador': {
    bare: true,
    on: ['pod', 'namespace'],
    values: '`true`, `false`',
    doc: 'Injects the ambassador: a `kubectl proxy` sidecar that the app reaches at `KUBE_API_URL`.',
    parse: parseBoolean,
  },
  'metadata-env': {
    bare: false,
    on: ['pod'],
    values: 'items `NAME=source[:divisor]`, separated by commas or newlines',
    doc: 'Injects environment variables. An item replaces the variable of the same name in a profile.',
    parse: parseEnvItems,
  },
  'metadata-files': {
    bare: false,
    on: ['pod'],
    values: 'items `path=source[:divisor]`, separated by commas or newlines',
    doc: 'Injects files. An item replaces the file at the same path in a profile.',
    parse: parseFileItems,
  },
  'metadata-path': {
    bare: false,
    on: ['pod', 'namespace'],
    values: 'an absolute path, but not a folder of the system',
    doc: 'The folder in which the files are mounted. The default is `metadata.path` of the config (`/etc/downward`).',
    parse: parseMetadataPath,
  },
  'metadata-containers': {
    bare: false,
    on: ['pod'],
    values:
      'container names separated by commas, or `!name,!other` for all containers except these',
    doc: 'The containers that get metadata. The default is all containers, including init containers. A `name` that the pod does not have is invalid; a `!name` that it does not have is ignored.',
    parse: parseContainerSelection,
  },
  'ambassador-access': {
    bare: false,
    on: ['pod', 'namespace'],
    values: 'from narrow to wide: `namespace`, `read-only` (default), `full`',
    doc: 'The requests that the ambassador lets through, if RBAC allows them too. `namespace`: reads in the namespace of the pod. `read-only`: reads in all namespaces. `full`: reads and writes. The narrowest of three values is used: the pod’s, its namespace’s, and `ambassador.maxAccess` of the config. See [ambassador-access.md](../ambassador-access.md).',
    parse: parseAccess,
  },
  'ambassador-port': {
    bare: false,
    on: ['pod'],
    values: '1024–65535',
    doc: 'The ambassador’s port on 127.0.0.1. A port that another container declares is invalid. The default is `ambassador.port` of the config (8001) or, if a container declares that port, the next free one.',
    parse: parsePort,
  },
  'ambassador-kubeconfig': {
    bare: false,
    on: ['pod'],
    values: '`true`, `false`',
    doc: 'Also injects a kubeconfig file and `KUBECONFIG`, so that client libraries use the ambassador.',
    parse: parseBoolean,
  },
  kubeconfig: {
    bare: false,
    on: [],
    values: 'one line of JSON',
    doc: 'Written by podherald: the content of the kubeconfig file.',
  },
  status: {
    bare: false,
    on: [],
    values: 'one line of JSON',
    doc: 'Written by podherald: what was injected, what was not injected and why, and the version of podherald. It is only information: podherald decides from the containers and volumes of the pod, not from this annotation.',
  },
} as const satisfies Record<string, AnnotationKey>;

type Keys = typeof ANNOTATION_KEYS;
export type AnnotationName = keyof Keys;

/** The values of the keys that have a parser. */
export type AnnotationValues = {
  readonly [Name in AnnotationName as Keys[Name] extends { parse: Parse<unknown> }
    ? Name
    : never]: Keys[Name] extends { parse: Parse<infer Value> } ? Value : never;
};

export const ANNOTATION_NAMES = Object.keys(ANNOTATION_KEYS) as readonly AnnotationName[];

/** The key's name without the prefix, or undefined if it is not a key of podherald. */
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

/** kubelet marks the API server's copy of a static pod with this annotation. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
