import { isSeq } from 'yaml';
import { sameJson } from '../../core/api/json.ts';
import { pointerTokens } from '../../core/api/json-patch.ts';
import { without } from '../removal/injected-parts.ts';
import { jsonOf, Locator, type Place, pairOf, readYaml } from './collections.ts';
import { cutFromBlock, cutFromFlow } from './cut.ts';
import { Refusal, refused, type Splice } from './refusal.ts';
import { applyEdits, type Edit, merged } from './text-edit.ts';
import { writtenItems } from './tokens.ts';

/**
 * Takes list items and members of maps out of the text of one YAML document: all other bytes stay,
 * comments above and between them too. The result is read back and compared.
 *
 * @param paths JSON Pointers, each on the document as it is, and none inside another.
 */
export function unsplice(text: string, paths: readonly string[]): Splice {
  try {
    return { ok: true, text: cut(text, paths) };
  } catch (error) {
    if (error instanceof Refusal) return refused(text, error);
    throw error;
  }
}

function cut(text: string, paths: readonly string[]): string {
  if (paths.length === 0) return text;
  const document = readYaml(text, 'unreadable');
  const before = jsonOf(document, 'unreadable');
  const edits = gather(new Locator(document), paths).flatMap((some) => editsOf(text, some));
  const result = applyEdits(
    text,
    merged(edits).map((edit) => atEnd(text, edit)),
  );
  const after = jsonOf(readYaml(result, 'unproven'), 'unproven');
  if (!sameJson(without(before, paths), after)) throw new Refusal('unproven');
  return result;
}

/** What goes from one list or map. */
interface Cuts {
  readonly place: Place;
  /** Indexes of its written items. */
  readonly gone: Set<number>;
}

function gather(locator: Locator, paths: readonly string[]): Cuts[] {
  const cuts = new Map<Place['token'], Cuts>();
  for (const path of paths) {
    const tokens = pointerTokens(path);
    const last = tokens.pop() ?? '';
    const place = tokens.reduce((outer, token) => step(locator, outer, token), locator.root());
    const some = cuts.get(place.token) ?? { place, gone: new Set() };
    some.gone.add(indexOf(locator, place, last, path));
    cuts.set(place.token, some);
  }
  return [...cuts.values()];
}

function step(locator: Locator, place: Place, token: string): Place {
  if (!isSeq(place.node)) return locator.member(place, token);
  const index = Number(token);
  return locator.item(place, index, writtenItems(place.token)[index]);
}

function indexOf(locator: Locator, place: Place, token: string, path: string): number {
  if (isSeq(place.node)) {
    locator.assertOwn(place.node.items[Number(token)], path);
    return Number(token);
  }
  const pair = pairOf(place, token);
  locator.assertOwn(pair?.value, path);
  if (pair?.srcToken === undefined) throw new Refusal('missing', { path });
  return writtenItems(place.token).indexOf(pair.srcToken);
}

function editsOf(text: string, { place, gone }: Cuts): Edit[] {
  const { token, path } = place;
  if (gone.size >= writtenItems(token).length) throw new Refusal('unsupported', { path });
  return token.type === 'flow-collection'
    ? cutFromFlow(text, token, gone)
    : cutFromBlock(text, token, gone);
}

/** Where the last lines of a text without a last line break go, the break before them goes too. */
function atEnd(text: string, edit: Edit): Edit {
  if (edit.to !== text.length || edit.at === 0 || text.endsWith('\n')) return edit;
  if (text[edit.at - 1] !== '\n') return edit;
  return { ...edit, at: text[edit.at - 2] === '\r' ? edit.at - 2 : edit.at - 1 };
}
