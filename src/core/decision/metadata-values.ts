import { isDnsLabel } from '../api/names.ts';
import { type AnnotationRef, type Fault, finding } from './findings.ts';
import { lengthFault } from './metadata-items.ts';
import {
  annotationLabel,
  didYouMean,
  FaultList,
  invalid,
  listedTwice,
  meaningOf,
  nearest,
  type ParseContext,
  type Parsed,
  pieces,
  quote,
} from './values.ts';

/** What `inject-metadata` says: off, the default profile, or profiles by name. */
export type MetadataSwitch =
  | { readonly kind: 'off' }
  | { readonly kind: 'default' }
  | { readonly kind: 'profiles'; readonly names: readonly string[] };

const SWITCH_EXPECTED = 'expected true, false, or profile names separated by commas';

/**
 * Reads the value of `inject-metadata`.
 *
 * | value                | means                             |
 * | -------------------- | --------------------------------- |
 * | `true`, ` TRUE `     | the default profile               |
 * | `false`              | off                               |
 * | `otel`, `default, a` | these profiles                    |
 * | `true,otel`          | a fault: write `default,otel`     |
 * | ``, `yes`, `A=b`     | a fault                           |
 */
export function parseMetadataSwitch(text: string, context: ParseContext): Parsed<MetadataSwitch> {
  const word = text.trim().toLowerCase();
  if (word === 'true') return { value: { kind: 'default' }, faults: [] };
  if (word === 'false') return { value: { kind: 'off' }, faults: [] };
  const { annotation } = context;
  const names = pieces(text, /,/);
  const faults = new FaultList(annotation);
  const seen = new Set<string>();
  for (const name of names) {
    if (!isProfileName(name)) {
      const hint = (): string => switchHint(name, names, context);
      faults.add(() => invalid(annotation, name, SWITCH_EXPECTED, hint()));
    } else if (seen.has(name)) faults.add(() => listedTwice(annotation, name));
    seen.add(name);
  }
  const { all } = faults;
  return all.length > 0 ? { faults: all } : { value: { kind: 'profiles', names }, faults: all };
}

/** Whether a word can name a profile: a DNS label that nobody reads as yes or no. */
export function isProfileName(name: string): boolean {
  return isDnsLabel(name) && meaningOf(name) === undefined;
}

function switchHint(name: string, names: readonly string[], context: ParseContext): string {
  if (name === '') return '';
  const meaning = meaningOf(name);
  if (meaning !== undefined) return booleanHint(meaning, names, context.defaultProfile);
  if (name.includes('=')) return '; items belong in metadata-env or metadata-files';
  return didYouMean(name, ['true', 'false', ...context.profiles.keys()]);
}

/** In a list, `true` can only mean the default profile, and `false` contradicts the other names. */
function booleanHint(meaning: boolean, names: readonly string[], defaultProfile: string): string {
  if (names.length === 1) return `; did you mean ${meaning}?`;
  if (!meaning) return '; write false alone, or only profile names';
  const profiles = names.map((name) => (meaningOf(name) === true ? defaultProfile : name));
  return `; write ${[...new Set(profiles)].join(',')}`;
}

/** Which containers of a pod get metadata. */
export interface ContainerSelection {
  readonly kind: 'only' | 'except';
  readonly names: ReadonlySet<string>;
}

export const ALL_CONTAINERS: ContainerSelection = { kind: 'except', names: new Set() };

/** Whether a selection includes the container of this name. */
export function selects({ kind, names }: ContainerSelection, container: string): boolean {
  return names.has(container) === (kind === 'only');
}

/**
 * Reads container names separated by commas, or `!name`s for all but those. An unknown `!name` is
 * valid: a container that does not exist is left out already.
 */
export function parseContainerSelection(
  text: string,
  context: ParseContext,
): Parsed<ContainerSelection> {
  const { annotation } = context;
  const written = pieces(text, /,/);
  const excluded = written.filter((name) => name.startsWith('!'));
  if (excluded.length > 0 && excluded.length < written.length) {
    const expected = 'expected either names to include or !names to exclude, not both';
    return { faults: [invalid(annotation, text.trim(), expected)] };
  }
  const kind = excluded.length > 0 ? 'except' : 'only';
  const names = written.map((name) => name.replace(/^!\s*/, ''));
  const { containers } = context;
  const existing = new Set(containers);
  const faults = new FaultList(annotation);
  const valid = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names) {
    if (valid.has(name) || repeated.has(name)) {
      faults.add(() => listedTwice(annotation, name));
      valid.delete(name);
      repeated.add(name);
    } else if (!isDnsLabel(name)) {
      faults.add(() => invalid(annotation, name, CONTAINERS_EXPECTED));
    } else if (kind === 'only' && containers !== undefined && !existing.has(name)) {
      faults.add(() => unknownContainer(name, containers, annotation));
    } else valid.add(name);
  }
  return { value: { kind, names: valid }, faults: faults.all };
}

const CONTAINERS_EXPECTED = 'expected container names separated by commas';

function unknownContainer(
  name: string,
  containers: readonly string[],
  annotation: AnnotationRef,
): Fault {
  const hint = containerHint(name, containers);
  const slots = { key: annotationLabel(annotation), value: quote(name), hint };
  return finding('unknown_container', slots, annotation);
}

/** More names would not fit into a line. */
const MAX_LISTED = 10;

function containerHint(name: string, containers: readonly string[]): string {
  const meant = nearest(name, containers);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  const others = containers.length > MAX_LISTED ? ', …' : '';
  return `; the containers of the pod are ${containers.slice(0, MAX_LISTED).join(', ')}${others}`;
}

/** The folder in which containers find the ambassador's kubeconfig. */
export const KUBECONFIG_FOLDER = '/etc/podherald';

/**
 * The container runtime and the kubelet mount these into containers, and nothing else may be mounted there or below.
 * The path of the token has two spellings: in most images /var/run is a link to /run.
 */
export const RUNTIME_PATHS = [
  ...['/proc', '/sys', '/dev/mqueue', '/dev/pts', '/dev/shm', '/dev/termination-log'],
  ...['/etc/hostname', '/etc/hosts', '/etc/resolv.conf'],
  '/run/secrets/kubernetes.io/serviceaccount',
  '/var/run/secrets/kubernetes.io/serviceaccount',
];

/**
 * Of these only the folder or file itself is reserved: a read-only volume there hides what the image has (Filesystem
 * Hierarchy Standard 3.0), replaces a file by a folder, or is around a mount of the kubelet.
 */
export const SYSTEM_PATHS = [
  ...[
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/home',
    '/lib',
    '/lib32',
    '/lib64',
    '/opt',
    '/root',
    '/run',
  ],
  ...['/sbin', '/tmp', '/usr', '/var'],
  ...[
    '/etc/group',
    '/etc/mtab',
    '/etc/nsswitch.conf',
    '/etc/os-release',
    '/etc/passwd',
    '/etc/shadow',
  ],
  ...['/etc/pki', '/etc/ssl', '/etc/ssl/certs'],
  ...['/run/lock', '/run/secrets', '/run/secrets/kubernetes.io'],
  ...[
    '/usr/bin',
    '/usr/include',
    '/usr/lib',
    '/usr/lib64',
    '/usr/libexec',
    '/usr/local',
    '/usr/sbin',
  ],
  ...['/usr/local/bin', '/usr/local/lib', '/usr/local/sbin', '/usr/share'],
  ...['/var/cache', '/var/lib', '/var/lock', '/var/log', '/var/run', '/var/spool', '/var/tmp'],
  ...['/var/run/lock', '/var/run/secrets', '/var/run/secrets/kubernetes.io'],
];

/** Reads an absolute path at which files can be mounted. */
export function parseMetadataPath(text: string, { annotation }: ParseContext): Parsed<string> {
  const path = text.trim();
  const fault = mountPathFault(path);
  return fault === undefined
    ? { value: path, faults: [] }
    : { faults: [invalid(annotation, path, fault)] };
}

/** Why a text cannot be a mount path, beginning with "expected". The API forbids colons. */
export function mountPathFault(path: string): string | undefined {
  const [root, ...names] = path.split('/');
  if (root !== '' || names.length === 0) return 'expected an absolute path such as /etc/downward';
  if (path === '/') return 'expected a folder below /, such as /etc/downward';
  if (/[:\p{Cc}]/u.test(path)) return 'expected a path without colons and control characters';
  if (names.some((name) => name === '' || name === '.' || name === '..')) {
    return 'expected a path without //, . and .. and without a trailing slash';
  }
  if (isReserved(path)) {
    return 'expected a folder that the image, the kubelet and podherald do not use, such as /etc/downward';
  }
  return lengthFault(path);
}

/** A regular expression for the paths that nothing can be mounted at, and for those with `.` and `..`. */
export function reservedPathPattern(): string {
  const escaped = (paths: readonly string[]) => paths.join('|').replaceAll('.', '\\.');
  const below = escaped([...RUNTIME_PATHS, KUBECONFIG_FOLDER]);
  return `^(${escaped(SYSTEM_PATHS)}|(${below})(/.*)?)$|/\\.\\.?(/|$)`;
}

function isReserved(path: string): boolean {
  if (SYSTEM_PATHS.includes(path)) return true;
  return [...RUNTIME_PATHS, KUBECONFIG_FOLDER].some(
    (folder) => path === folder || path.startsWith(`${folder}/`),
  );
}
