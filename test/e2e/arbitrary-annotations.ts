import * as fc from 'fast-check';
import type { Container } from './objects.ts';

/** Annotations, and how many faults each faulty one has by section 2 of the contract. */
export interface Annotated {
  readonly annotations: Readonly<Record<string, string>>;
  readonly faults: Readonly<Record<string, number>>;
}

/** A value of known worth. */
interface Piece {
  readonly text: string;
  readonly faults: number;
}

interface Words {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

/**
 * Every key of podherald's, most of them left out. Half of the pods are without a fault.
 *
 * @param ports those that containers declare.
 */
export function arbitraryAnnotations(
  containers: readonly string[],
  ports: readonly number[],
): fc.Arbitrary<Annotated> {
  return fc.boolean().chain((mayBeWrong) => {
    const word = (words: Words) => pieceOf(words, mayBeWrong ? 1 : 0);
    const rarely = (words: Words) => pieceOf(words, mayBeWrong ? 0.2 : 0);
    const items = (names: Words, source: Source) =>
      itemsOf(rarely(names), source(rarely), mayBeWrong);
    return fc
      .record({
        'inject-metadata': sometimes(4, word(SWITCH)),
        'podherald.dev/inject-metadata': sometimes(1, word(SWITCH)),
        'podherald.dev/metadata-env': sometimes(2, items(ENV_NAMES, envSource)),
        'podherald.dev/metadata-files': sometimes(2, items(FILE_PATHS, fileSource)),
        'podherald.dev/metadata-path': sometimes(2, word(METADATA_PATH)),
        'podherald.dev/metadata-containers': sometimes(1, selection(containers, mayBeWrong)),
        'inject-ambassador': sometimes(3, rarely(SWITCH_OFF_OR_ON)),
        'podherald.dev/inject-ambassador': sometimes(1, rarely(SWITCH_OFF_OR_ON)),
        'podherald.dev/ambassador-access': sometimes(1, rarely(ACCESS)),
        'podherald.dev/ambassador-port': sometimes(1, rarely(PORT)),
        'podherald.dev/ambassador-kubeconfig': sometimes(2, rarely(SWITCH_OFF_OR_ON)),
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

/** The ports that a container declares, and that an ambassador could not have as well. */
export function tcpPorts({ ports }: Container): number[] {
  const declared = (ports ?? []) as readonly { containerPort: number; protocol?: string }[];
  return declared.flatMap((port) => (port.protocol === 'UDP' ? [] : [port.containerPort]));
}

type Given = Readonly<Record<string, Piece | undefined>>;

/** Both spellings of a key may stand on one pod if they mean the same. Faulty ones mean nothing. */
function contradiction(all: Given, key: string): Record<string, number> {
  const [bare, prefixed] = [all[key], all[`podherald.dev/${key}`]];
  if (bare === undefined || prefixed === undefined) return {};
  if (bare.faults > 0 || prefixed.faults > 0) return {};
  return meaning(bare) === meaning(prefixed) ? {} : { [key]: 1 };
}

function meaning({ text }: Piece): string {
  return text.replaceAll(' ', '').toLowerCase();
}

/** Nobody can have a port that is asked for and given to another container as well. */
function takenPort(all: Given, ports: readonly number[]): Record<string, number> {
  const key = 'podherald.dev/ambassador-port';
  const port = all[key];
  if (port === undefined || port.faults > 0 || !ports.includes(Number(port.text))) return {};
  const switches = [all['inject-ambassador'], all['podherald.dev/inject-ambassador']]
    .filter((one) => one !== undefined && one.faults === 0)
    .map((one) => one && meaning(one));
  return switches.length > 0 && switches.every((on) => on === 'true') ? { [key]: 1 } : {};
}

/** Given in so many pods of five. */
function sometimes(ofFive: number, piece: fc.Arbitrary<Piece>) {
  const never = fc.constant(undefined);
  return fc.oneof({ weight: 5 - ofFive, arbitrary: never }, { weight: ofFive, arbitrary: piece });
}

function isGiven(entry: [string, Piece | undefined]): entry is [string, Piece] {
  return entry[1] !== undefined;
}

/** @param wrongs how many are wrong for each that is right. */
function pieceOf({ right, wrong }: Words, wrongs: number): fc.Arbitrary<Piece> {
  const pieces = (words: readonly string[], faults: number) =>
    fc.constantFrom(...words).map((text) => ({ text, faults }));
  if (wrongs === 0 || wrong.length === 0) return pieces(right, 0);
  return fc.oneof(
    { weight: 10, arbitrary: pieces(right, 0) },
    { weight: 10 * wrongs, arbitrary: pieces(wrong, 1) },
  );
}

const LONG = 'x'.repeat(63);

const SWITCH: Words = {
  right: [
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
  wrong: [
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
const SWITCH_OFF_OR_ON: Words = {
  right: ['true', 'True', ' true ', 'false'],
  wrong: ['yes', '1', '', ' ', 'default', 'true,true'],
};
const ACCESS: Words = {
  right: ['namespace', 'read-only', 'full', ' Full '],
  wrong: ['', 'readonly', 'read_only', 'read-only,full', 'cluster'],
};
const PORT: Words = {
  right: ['8001', '1024', '65535', ' 9000 ', '08001'],
  wrong: ['', '80', '1023', '65536', '-8001', '8001.0', '8001/tcp', '0x1f41', 'http', '٨٠٠١'],
};
const ANYTHING: Words = { right: ['', '{}', 'x'.repeat(5000), 'ünï\n"\t'], wrong: [] };

const METADATA_PATH: Words = {
  right: [
    '/etc/downward',
    ' /var/run/meta ',
    '/etc/pod info',
    '/ünï',
    '/data',
    '/etc/downward/sub',
    `/${'x'.repeat(255)}`,
    '/var/run/secrets/kubernetes.io/serviceaccount',
    '/var/run',
  ],
  wrong: [
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
  right: ['A', '_', 'a1', 'POD_NAME', 'POD_IP', 'PATH', 'KUBERNETES_SERVICE_HOST', 'X'.repeat(300)],
  wrong: ['1A', 'A-B', 'A.B', '', 'Ä', 'A B', '$(A)'],
};

/** None of the right ones lies inside another. */
const FILE_PATHS: Words = {
  right: [
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
  wrong: ['/a', '..', '../a', 'a/../b', '..a', 'a/', 'a//b', './a', ''],
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
const NO_FIELDS = [
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
  right: [...BOTH_FIELDS, ...ONLY_ENV],
  wrong: [...ONLY_FILES, ...NO_FIELDS],
};
const FILE_FIELDS: Words = {
  right: [...BOTH_FIELDS, ...ONLY_FILES],
  wrong: [...ONLY_ENV, ...NO_FIELDS],
};

/** The longest prefix of a key, 253 characters. */
const SUBDOMAIN = `${`${LONG}.`.repeat(3)}${'x'.repeat(61)}`;
const KEYS = ['a', 'A_b.c-1', LONG, 'a.b/c', 'helm.sh/Chart', `${SUBDOMAIN}/${LONG}`, 'a--b.c/d'];
const NO_KEYS = [
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

/** The keys of annotations are checked in lower case, those of labels as they are. */
const BY_KEY: Words = {
  right: [...KEYS.map(labels), ...KEYS.map(annotations), annotations('Example.COM/Key')],
  wrong: [
    ...NO_KEYS.map(labels),
    ...NO_KEYS.map(annotations),
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
  right: ['limits', 'requests'].flatMap((kind) => [
    ...['', ':1', ':1m'].map((divisor) => `${kind}.cpu${divisor}`),
    ...BYTES.flatMap((name) => BYTE_DIVISORS.map((divisor) => `${kind}.${name}${divisor}`)),
  ]),
  wrong: [
    ...['limits', 'limits.', 'limits.gpu', 'requests.pids', 'requests.example.com/gpu'],
    ...['limits.hugepages-', 'limits.hugepages-a', 'Limits.cpu', 'limits.cpu ms'],
    ...['requests.cpu:1k', 'requests.cpu:', 'limits.cpu:2', 'limits.cpu:0'],
    ...['limits.memory:1m', 'limits.memory:1Kib', 'limits.memory:2Mi', 'limits.hugepages-2Mi:1m'],
  ],
};

/** Items with names of their own; of wrong values, some have all of them twice. */
function itemsOf(
  name: fc.Arbitrary<Piece>,
  source: fc.Arbitrary<Piece>,
  mayBeWrong: boolean,
): fc.Arbitrary<Piece> {
  const item = fc.record({ name, equals: fc.constantFrom('=', ' = '), source }).map((of) => ({
    name: of.name.text,
    text: of.name.text + of.equals + of.source.text,
    faults: Math.max(of.name.faults, of.source.faults),
  }));
  return fc
    .record({
      items: fc.uniqueArray(item, { selector: (one) => one.name, minLength: 1, maxLength: 5 }),
      separator: fc.constantFrom(',', '\n', ', ', ',\n'),
      isTwice: mayBeWrong ? fc.integer({ min: 1, max: 8 }).map((n) => n === 8) : fc.constant(false),
    })
    .map(({ items, separator, isTwice }) => ({
      text: [...items, ...(isTwice ? items : [])].map(({ text }) => text).join(separator),
      faults: items.reduce((sum, { faults }) => sum + faults, isTwice ? items.length : 0),
    }));
}

function selection(containers: readonly string[], mayBeWrong: boolean): fc.Arbitrary<Piece> {
  const names = fc.subarray([...containers], { minLength: 1 });
  const right = fc
    .oneof(
      names.map((some) => some.join(',')),
      names.map((some) => [...some, 'nobody'].map((name) => `!${name}`).join(' , ')),
    )
    .map((text) => ({ text, faults: 0 }));
  const [first] = containers;
  const wrong = ['', 'nobody', 'App', `${first},!nobody`, `${first},${first}`, '!a,!a', '!'];
  if (!mayBeWrong) return right;
  return fc.oneof(
    right,
    fc.constantFrom(...wrong).map((text) => ({ text, faults: 1 })),
  );
}
