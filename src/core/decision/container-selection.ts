import { isDnsLabel } from './kubernetes-names.ts';
import { nearest } from './nearest.ts';
import { type Fault, invalid, type ParseContext, type Parsed, pieces, quote } from './parsed.ts';
import { finding } from './reasons.ts';

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
