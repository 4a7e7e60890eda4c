import { isDnsLabel } from '../api/names.ts';
import { lengthFault } from './metadata-items.ts';
import { type Fault, finding } from './reasons.ts';
import {
  annotationLabel,
  didYouMean,
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
  const faults = names.flatMap((name, index) => {
    if (!isProfileName(name)) {
      return [invalid(annotation, name, SWITCH_EXPECTED, switchHint(name, names, context))];
    }
    return names.indexOf(name) === index ? [] : [listedTwice(annotation, name)];
  });
  return faults.length > 0 ? { faults } : { value: { kind: 'profiles', names }, faults };
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
  readonly names: readonly string[];
}

export const ALL_CONTAINERS: ContainerSelection = { kind: 'except', names: [] };

/** Whether a selection includes the container of this name. */
export function selects({ kind, names }: ContainerSelection, container: string): boolean {
  return names.includes(container) === (kind === 'only');
}

/** Reads container names separated by commas, or `!name`s for all but those. */
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
  const faults = names.flatMap((name, index) => {
    if (names.indexOf(name) < index) return [listedTwice(annotation, name)];
    return containerFault(name, kind, context);
  });
  const wrong = new Set(faults.map(({ slots }) => slots['value']));
  const valid = names.filter((name) => !wrong.has(quote(name)));
  return { value: { kind, names: valid }, faults };
}

/** An unknown `!name` is valid, because it excludes nothing. */
function containerFault(
  name: string,
  kind: ContainerSelection['kind'],
  { annotation, containers }: ParseContext,
): Fault[] {
  if (!isDnsLabel(name)) {
    return [invalid(annotation, name, 'expected container names separated by commas')];
  }
  if (kind === 'except' || containers === undefined || containers.includes(name)) return [];
  const meant = nearest(name, containers);
  const hint =
    meant === undefined
      ? `; the containers of the pod are ${containers.join(', ')}`
      : `; did you mean ${meant}?`;
  const slots = { key: annotationLabel(annotation), value: quote(name), hint };
  return [finding('unknown_container', slots, annotation)];
}

/** The folder in which containers find the ambassador's kubeconfig. */
export const KUBECONFIG_FOLDER = '/etc/podherald';

/** The container runtime mounts these itself; a container with another mount there cannot start. */
export const RUNTIME_FOLDERS = ['/proc', '/sys'];
/** Of these only the folder itself: it holds files of the container runtime and kubelet. */
export const SHARED_FOLDERS = ['/dev', '/etc'];

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
    return 'expected a folder that neither the container runtime nor podherald uses';
  }
  return lengthFault(path);
}

function isReserved(path: string): boolean {
  if (SHARED_FOLDERS.includes(path)) return true;
  return [...RUNTIME_FOLDERS, KUBECONFIG_FOLDER].some(
    (folder) => path === folder || path.startsWith(`${folder}/`),
  );
}
