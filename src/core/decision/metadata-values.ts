import { isDnsLabel } from '../api/names.ts';
import { lengthFault } from './metadata-items.ts';
import { finding } from './reasons.ts';
import {
  didYouMean,
  FALSE_WORDS,
  type Fault,
  invalid,
  meantTruth,
  nearest,
  type ParseContext,
  type Parsed,
  pieces,
  quote,
  TRUE_WORDS,
} from './values.ts';

/** What `inject-metadata` says: off, the default profile, or profiles by name. */
export type MetadataSwitch =
  | { readonly kind: 'off' }
  | { readonly kind: 'default' }
  | { readonly kind: 'profiles'; readonly names: readonly string[] };

const EXPECTED = 'expected true, false, or profile names separated by commas';

/**
 * Reads the value of `inject-metadata`.
 *
 * | value                | means             |
 * | -------------------- | ----------------- |
 * | `true`, ` TRUE `     | the default       |
 * | `false`              | off               |
 * | `otel`, `default, a` | these profiles    |
 * | ``, `yes`, `A=b`     | a fault           |
 */
export function parseMetadataSwitch(text: string, context: ParseContext): Parsed<MetadataSwitch> {
  const word = text.trim().toLowerCase();
  if (word === 'true') return { value: { kind: 'default' }, faults: [] };
  if (word === 'false') return { value: { kind: 'off' }, faults: [] };
  const names = pieces(text, /,/);
  const faults = names.flatMap((name, index) => {
    if (!isProfileName(name)) return [invalid(context.key, name, EXPECTED + hint(name, context))];
    if (names.indexOf(name) === index) return [];
    return [finding('given_twice', { key: context.key, value: quote(name) })];
  });
  return faults.length > 0 ? { faults } : { value: { kind: 'profiles', names }, faults };
}

/** Whether a word can name a profile: a DNS label that nobody could mean as yes or no. */
export function isProfileName(name: string): boolean {
  return isDnsLabel(name) && !TRUE_WORDS.has(name) && !FALSE_WORDS.has(name);
}

function hint(value: string, { rules }: ParseContext): string {
  const word = value.toLowerCase();
  if (word === '') return '';
  if (meantTruth(word) !== '') return meantTruth(word);
  if (value.includes('=')) return '; items belong under metadata-env or metadata-files';
  return didYouMean(value, ['true', 'false', ...rules.profiles.keys()]);
}

/** Which containers of a pod metadata is for. */
export interface ContainerSelection {
  readonly kind: 'only' | 'except';
  readonly names: readonly string[];
}

export const ALL_CONTAINERS: ContainerSelection = { kind: 'except', names: [] };

export function selects({ kind, names }: ContainerSelection, container: string): boolean {
  return names.includes(container) === (kind === 'only');
}

/** Reads container names separated by commas, or `!name`s for all but those. */
export function parseContainerSelection(
  text: string,
  context: ParseContext,
): Parsed<ContainerSelection> {
  const written = pieces(text, /,/);
  const excluded = written.filter((name) => name.startsWith('!'));
  if (excluded.length > 0 && excluded.length < written.length) {
    const fault = 'expected names to take, or !names to leave out, but not both';
    return { faults: [invalid(context.key, text.trim(), fault)] };
  }
  const kind = excluded.length > 0 ? 'except' : 'only';
  const names = written.map((name) => name.replace(/^!\s*/, ''));
  const faults = names.flatMap((name, index) => {
    if (names.indexOf(name) < index) {
      return [finding('given_twice', { key: context.key, value: quote(name) })];
    }
    return nameFault(name, kind, context);
  });
  const wrong = new Set(faults.map(({ slots }) => slots['value']));
  const right = names.filter((name) => !wrong.has(quote(name)));
  return { value: { kind, names: right }, faults };
}

/** An unknown `!name` is none: a container that is not there is left out already. */
function nameFault(
  name: string,
  kind: ContainerSelection['kind'],
  { key, containers }: ParseContext,
): Fault[] {
  if (!isDnsLabel(name))
    return [invalid(key, name, 'expected container names separated by commas')];
  if (kind === 'except' || containers === undefined || containers.includes(name)) return [];
  const meant = nearest(name, containers);
  const hint =
    meant === undefined ? `; it has ${containers.join(', ')}` : `; did you mean ${meant}?`;
  return [finding('unknown_container', { key, value: quote(name), hint })];
}

/** Where containers find the ambassador's kubeconfig. */
export const KUBECONFIG_FOLDER = '/etc/podherald';

/** What a container's runtime mounts itself: no container starts with a mount there. */
export const RUNTIME_FOLDERS = ['/proc', '/sys'];
/** Of these only the folder itself: it holds files that the runtime and kubelet put there. */
export const SHARED_FOLDERS = ['/dev', '/etc'];

/** Reads an absolute path that files can be mounted at. */
export function parseMetadataPath(text: string, { key }: ParseContext): Parsed<string> {
  const path = text.trim();
  const fault = mountPathFault(path);
  return fault === undefined
    ? { value: path, faults: [] }
    : { faults: [invalid(key, path, fault)] };
}

/** Why a text cannot be a mount path, as the end of a sentence. A colon is what the API forbids. */
export function mountPathFault(path: string): string | undefined {
  const [root, ...names] = path.split('/');
  if (root !== '' || names.length === 0) return 'expected an absolute path such as /etc/downward';
  if (path === '/') return 'expected a folder below /, such as /etc/downward';
  if (/[:\p{Cc}]/u.test(path)) return 'expected a path without : and control characters';
  if (names.some((name) => name === '' || name === '.' || name === '..')) {
    return 'expected a path without doubled or trailing slashes, . and ..';
  }
  if (isTaken(path))
    return `expected another folder: ${path} is for what containers are started with`;
  return lengthFault(path);
}

function isTaken(path: string): boolean {
  if (SHARED_FOLDERS.includes(path)) return true;
  return [...RUNTIME_FOLDERS, KUBECONFIG_FOLDER].some(
    (folder) => path === folder || path.startsWith(`${folder}/`),
  );
}
