/** The prefix that keys carry where the operator has configured no other. */
export const DEFAULT_PREFIX = 'podherald.dev/';

interface AnnotationKey {
  /** Whether the key may also be written without the prefix. */
  readonly bare: boolean;
  readonly on: readonly ('pod' | 'namespace')[];
  readonly doc: string;
}

/** Every annotation key under the prefix. What is not here is warned about. */
export const ANNOTATION_KEYS = {
  'inject-metadata': {
    bare: true,
    on: ['pod', 'namespace'],
    doc: '`true`, `false`, or profile names separated by commas.',
  },
  'inject-ambassador': {
    bare: true,
    on: ['pod', 'namespace'],
    doc: '`true` or `false`: a `kubectl proxy` beside the containers.',
  },
  'metadata-env': {
    bare: false,
    on: ['pod'],
    doc: 'Items `NAME=source[:divisor]`, separated by commas or newlines.',
  },
  'metadata-files': {
    bare: false,
    on: ['pod'],
    doc: 'Items `path=source[:divisor]`, separated by commas or newlines.',
  },
  'metadata-path': {
    bare: false,
    on: ['pod', 'namespace'],
    doc: 'The absolute path that the files are mounted at.',
  },
  'metadata-containers': {
    bare: false,
    on: ['pod'],
    doc: 'The containers to inject, or with `!` all but those.',
  },
  'ambassador-access': {
    bare: false,
    on: ['pod', 'namespace'],
    doc: '`namespace`, `read-only` or `full`.',
  },
  'ambassador-port': { bare: false, on: ['pod'], doc: 'A port from 1024 to 65535.' },
  'ambassador-kubeconfig': {
    bare: false,
    on: ['pod'],
    doc: '`true`: also a kubeconfig file and KUBECONFIG.',
  },
  kubeconfig: { bare: false, on: [], doc: 'Written by podherald: the text of that file.' },
  status: {
    bare: false,
    on: [],
    doc: 'Written by podherald: what was injected, what was not and why.',
  },
} as const satisfies Record<string, AnnotationKey>;

export type AnnotationName = keyof typeof ANNOTATION_KEYS;

function isAnnotationName(name: string): name is AnnotationName {
  return Object.hasOwn(ANNOTATION_KEYS, name);
}

/** The key's name without the prefix, or nothing where the key is not one of ours. */
export function annotationNameOf(key: string, prefix: string): AnnotationName | undefined {
  if (key.startsWith(prefix)) {
    const name = key.slice(prefix.length);
    return isAnnotationName(name) ? name : undefined;
  }
  return isAnnotationName(key) && ANNOTATION_KEYS[key].bare ? key : undefined;
}

/** kubelet's mark on the API server's copy of a static pod. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
