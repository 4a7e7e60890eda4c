import * as fc from 'fast-check';
import type { Container } from './objects.ts';

/** Annotations, and for each invalid one the number of faults that podherald must report. */
export interface Annotated {
  readonly annotations: Readonly<Record<string, string>>;
  readonly faults: Readonly<Record<string, number>>;
}

/** A value, and how many faults it has. */
interface Piece {
  readonly text: string;
  readonly faults: number;
}

interface Words {
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}

/**
 * Generates annotations with any of podherald's keys. Half of the pods have no invalid value.
 *
 * @param containers the names of the containers of the pod
 * @param ports the ports that these containers declare
 */
export function arbitraryAnnotations(
  containers: readonly string[],
  ports: readonly number[],
): fc.Arbitrary<Annotated> {
  return fc.boolean().chain((mayBeInvalid) => {
    const word = (words: Words) => pieceOf(words, mayBeInvalid ? 1 : 0);
    const rarely = (words: Words) => pieceOf(words, mayBeInvalid ? 0.2 : 0);
    const items = (names: Words, source: Source) =>
      itemsOf(rarely(names), source(rarely), mayBeInvalid);
    return fc
      .record({
        'inject-metadata': sometimes(4, word(PROFILES)),
        'podherald.dev/inject-metadata': sometimes(1, word(PROFILES)),
        'podherald.dev/metadata-env': sometimes(2, items(ENV_NAMES, envSource)),
        'podherald.dev/metadata-files': sometimes(2, items(FILE_PATHS, fileSource)),
        'podherald.dev/metadata-path': sometimes(2, word(METADATA_PATH)),
        'podherald.dev/metadata-containers': sometimes(1, selection(containers, mayBeInvalid)),
        'inject-ambassador': sometimes(3, rarely(TRUE_OR_FALSE)),
        'podherald.dev/inject-ambassador': sometimes(1, rarely(TRUE_OR_FALSE)),
        'podherald.dev/ambassador-access': sometimes(1, rarely(ACCESS)),
        'podherald.dev/ambassador-port': sometimes(1, rarely(PORT)),
        'podherald.dev/ambassador-kubeconfig': sometimes(2, rarely(TRUE_OR_FALSE)),
        'podherald.dev/kubeconfig': sometimes(1, word(ANYTHING)),
        'podherald.dev/status': sometimes(1, word(ANYTHING)),
        'podherald.dev/injcet-metadata': sometimes(1, word(ANYTHING)),
        'example.com/Key': sometimes(1, word(ANYTHING)),
      })
      .map((all) => {
        const written = Object.entries(all).filter(isGiven);
        const faulty = written.filter(([, { faults }]) => faults > 0);
        return {
          annotations: Object.fromEntries(written.map(([key, { text }]) => [key, text])),
          faults: {
            ...Object.fromEntries(faulty.map(([key, { faults }]) => [key, faults])),
            ...contradiction(all, 'inject-metadata'),
            ...contradiction(all, 'inject-ambassador'),
            ...takenPort(all, ports),
          },
        };
      });
  });
}

/** Returns the ports of a container that an ambassador cannot use, which excludes UDP ports. */
export function tcpPorts({ ports }: Container): number[] {
  const declared = (ports ?? []) as readonly { containerPort: number; protocol?: string }[];
  return declared.flatMap((port) => (port.protocol === 'UDP' ? [] : [port.containerPort]));
}

type Given = Readonly<Record<string, Piece | undefined>>;

/** A pod may have a key with and without prefix if the values mean the same, or one is invalid. */
function contradiction(all: Given, key: string): Record<string, number> {
  const [bare, prefixed] = [all[key], all[`podherald.dev/${key}`]];
  if (bare === undefined || prefixed === undefined) return {};
  if (bare.faults > 0 || prefixed.faults > 0) return {};
  return meaning(bare) === meaning(prefixed) ? {} : { [key]: 1 };
}

function meaning({ text }: Piece): string {
  return text.replaceAll(' ', '').toLowerCase();
}

/** It is a fault to request a port for the ambassador that a container declares. */
function takenPort(all: Given, ports: readonly number[]): Record<string, number> {
  const key = 'podherald.dev/ambassador-port';
  const port = all[key];
  if (port === undefined || port.faults > 0 || !ports.includes(Number(port.text))) return {};
  const switches = [all['inject-ambassador'], all['podherald.dev/inject-ambassador']]
    .filter((one) => one !== undefined && one.faults === 0)
    .map((one) => one && meaning(one));
  return switches.length > 0 && switches.every((on) => on === 'true') ? { [key]: 1 } : {};
}

/** Present in this number of pods out of five. */
function sometimes(ofFive: number, piece: fc.Arbitrary<Piece>) {
  const never = fc.constant(undefined);
  return fc.oneof({ weight: 5 - ofFive, arbitrary: never }, { weight: ofFive, arbitrary: piece });
}

function isGiven(entry: [string, Piece | undefined]): entry is [string, Piece] {
  return entry[1] !== undefined;
}

/** @param ratio the number of invalid values for each valid one */
function pieceOf({ valid, invalid }: Words, ratio: number): fc.Arbitrary<Piece> {
  const pieces = (words: readonly string[], faults: number) =>
    fc.constantFrom(...words).map((text) => ({ text, faults }));
  if (ratio === 0 || invalid.length === 0) return pieces(valid, 0);
  return fc.oneof(
    { weight: 10, arbitrary: pieces(valid, 0) },
    { weight: 10 * ratio, arbitrary: pieces(invalid, 1) },
  );
}

const LONG = 'x'.repeat(63);

const PROFILES: Words = {
  valid: [
    'true',
    ' TRUE ',
    'False',
    'default',
    'otel',
    'network , go',
    'go,otel,default',
    'default,nobody',
    LONG,
  ],
  invalid: [
    'yes',
    'no',
    '1',
    'on',
    '',
    ' ',
    'A=b',
    'default,,otel',
    'otel,otel',
    'true,otel',
    'Otel',
    `x${LONG}`,
  ],
};
const TRUE_OR_FALSE: Words = {
  valid: ['true', 'True', ' true ', 'false'],
  invalid: ['yes', '1', '', ' ', 'default', 'true,true'],
};
const ACCESS: Words = {
  valid: ['namespace', 'read-only', 'full', ' Full '],
  invalid: ['', 'readonly', 'read_only', 'read-only,full', 'cluster'],
};
const PORT: Words = {
  valid: ['8001', '1024', '65535', ' 9000 ', '08001'],
  invalid: ['', '80', '1023', '65536', '-8001', '8001.0', '8001/tcp', '0x1f41', 'http', '٨٠٠١'],
};
const ANYTHING: Words = { valid: ['', '{}', 'x'.repeat(5000), 'ünï\n"\t'], invalid: [] };

const METADATA_PATH: Words = {
  valid: [
    '/etc/downward',
    ' /var/run/meta ',
    '/etc/pod info',
    '/ünï',
    '/data',
    '/etc/downward/sub',
    `/${'x'.repeat(255)}`,
    '/run/podinfo',
    '/opt/podinfo',
  ],
  invalid: [
    '/var/run/secrets/kubernetes.io/serviceaccount',
    '/var/run',
    '/etc/hosts',
    '',
    'etc',
    '/',
    '/a:b',
    '/a//b',
    '/a/',
    '/a/../b',
    '/.',
    '/a\nb',
    `/${'x'.repeat(256)}`,
    'C:\\meta',
  ],
};

const ENV_NAMES: Words = {
  valid: ['A', '_', 'a1', 'POD_NAME', 'POD_IP', 'PATH', 'KUBERNETES_SERVICE_HOST', 'X'.repeat(300)],
  invalid: ['1A', 'A-B', 'A.B', '', 'Ä', 'A B', '$(A)'],
};

/** None of the valid ones is a file in the folder of another one. */
const FILE_PATHS: Words = {
  valid: [
    'podName',
    'labels/of/mine',
    'a',
    'b/c',
    'b/d',
    'a..b',
    'e/..f',
    'a\\b',
    '.a',
    'a b',
    'ünï',
    'a:b',
    "it's",
    'x'.repeat(200),
  ],
  invalid: ['/a', '..', '../a', 'a/../b', '..a', 'a/', 'a//b', './a', ''],
};

type Source = (word: (words: Words) => fc.Arbitrary<Piece>) => fc.Arbitrary<Piece>;

const envSource: Source = (word) => fc.oneof(word(ENV_FIELDS), word(BY_KEY), word(RESOURCES));
const fileSource: Source = (word) => fc.oneof(word(FILE_FIELDS), word(BY_KEY), word(RESOURCES));

const BOTH_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid'];
const ONLY_ENV =
  'spec.nodeName spec.serviceAccountName status.hostIP status.hostIPs status.podIP status.podIPs'.split(
    ' ',
  );
const ONLY_FILES = ['metadata.labels', 'metadata.annotations'];
const UNKNOWN_FIELDS = [
  '',
  'podIP',
  'status.podip',
  'status.phase',
  'spec.containers',
  'metadata.name:1',
  'metadata',
  'constructor',
];

const ENV_FIELDS: Words = {
  valid: [...BOTH_FIELDS, ...ONLY_ENV],
  invalid: [...ONLY_FILES, ...UNKNOWN_FIELDS],
};
const FILE_FIELDS: Words = {
  valid: [...BOTH_FIELDS, ...ONLY_FILES],
  invalid: [...ONLY_ENV, ...UNKNOWN_FIELDS],
};

/** The longest prefix that a key may have: 253 characters. */
const SUBDOMAIN = `${`${LONG}.`.repeat(3)}${'x'.repeat(61)}`;
const KEYS = ['a', 'A_b.c-1', LONG, 'a.b/c', 'helm.sh/Chart', `${SUBDOMAIN}/${LONG}`, 'a--b.c/d'];
const INVALID_KEYS = [
  '',
  '-a',
  'a-',
  'a/b/c',
  '/a',
  'a/',
  `x${LONG}`,
  `${SUBDOMAIN}x/a`,
  'a b',
  'ä',
  'a~b',
  'a_b/c',
  "a'b",
];

const subscript = (map: string) => (key: string) => `metadata.${map}['${key}']`;
const labels = subscript('labels');
const annotations = subscript('annotations');

/** The API server lowers the case of an annotation key before it validates it, but not of a label. */
const BY_KEY: Words = {
  valid: [...KEYS.map(labels), ...KEYS.map(annotations), annotations('Example.COM/Key')],
  invalid: [
    ...INVALID_KEYS.map(labels),
    ...INVALID_KEYS.map(annotations),
    labels('Example.COM/Key'),
    'metadata.labels[a]',
    'metadata.labels["a"]',
    "labels['a']",
    "metadata.names['a']",
  ],
};

const BYTES = ['memory', 'ephemeral-storage', 'hugepages-2Mi', 'hugepages-1Gi'];
const BYTE_DIVISORS = [
  '',
  ':1',
  ...[...'kMGTPE'].map((unit) => `:1${unit}`),
  ...[...'KMGTPE'].map((unit) => `:1${unit}i`),
];
const RESOURCES: Words = {
  valid: ['limits', 'requests'].flatMap((kind) => [
    ...['', ':1', ':1m'].map((divisor) => `${kind}.cpu${divisor}`),
    ...BYTES.flatMap((name) => BYTE_DIVISORS.map((divisor) => `${kind}.${name}${divisor}`)),
  ]),
  invalid: [
    ...['limits', 'limits.', 'limits.gpu', 'requests.pids', 'requests.example.com/gpu'],
    ...['limits.hugepages-', 'limits.hugepages-a', 'Limits.cpu', 'limits.cpu ms'],
    ...['requests.cpu:1k', 'requests.cpu:', 'limits.cpu:2', 'limits.cpu:0'],
    ...['limits.memory:1m', 'limits.memory:1Kib', 'limits.memory:2Mi', 'limits.hugepages-2Mi:1m'],
  ],
};

/** A list of items with different names. If faults are allowed, some lists have each item twice. */
function itemsOf(
  name: fc.Arbitrary<Piece>,
  source: fc.Arbitrary<Piece>,
  mayBeInvalid: boolean,
): fc.Arbitrary<Piece> {
  const item = fc.record({ name, equals: fc.constantFrom('=', ' = '), source }).map((parts) => ({
    name: parts.name.text,
    text: parts.name.text + parts.equals + parts.source.text,
    faults: Math.max(parts.name.faults, parts.source.faults),
  }));
  return fc
    .record({
      items: fc.uniqueArray(item, { selector: (one) => one.name, minLength: 1, maxLength: 5 }),
      separator: fc.constantFrom(',', '\n', ', ', ',\n'),
      isTwice: mayBeInvalid
        ? fc.integer({ min: 1, max: 8 }).map((n) => n === 8)
        : fc.constant(false),
    })
    .map(({ items, separator, isTwice }) => ({
      text: [...items, ...(isTwice ? items : [])].map(({ text }) => text).join(separator),
      faults: items.reduce((sum, { faults }) => sum + faults, isTwice ? items.length : 0),
    }));
}

function selection(containers: readonly string[], mayBeInvalid: boolean): fc.Arbitrary<Piece> {
  const names = fc.subarray([...containers], { minLength: 1 });
  const valid = fc
    .oneof(
      names.map((some) => some.join(',')),
      names.map((some) => [...some, 'nobody'].map((name) => `!${name}`).join(' , ')),
    )
    .map((text) => ({ text, faults: 0 }));
  const [first] = containers;
  const invalid = ['', 'nobody', 'App', `${first},!nobody`, `${first},${first}`, '!a,!a', '!'];
  if (!mayBeInvalid) return valid;
  return fc.oneof(
    valid,
    fc.constantFrom(...invalid).map((text) => ({ text, faults: 1 })),
  );
}
