import type { CST } from 'yaml';
import type { Place } from './collections.ts';
import type { FlowStyle, Layout } from './render.ts';
import { beginsLine, lineBreak, lineIndent, lineStart } from './text-edit.ts';
import {
  type CollectionToken,
  itemStart,
  signOf,
  tokenEnd,
  written,
  writtenItems,
} from './tokens.ts';

interface Sighting {
  readonly offset: number;
  readonly columns: number;
}

type Sightings = Record<keyof Layout, Sighting[]>;

/**
 * Reads how a document is indented.
 * @returns the layout at an offset: that of the nearest lists and maps.
 */
export function readLayout(root: CST.Token | undefined, text: string): (offset: number) => Layout {
  const seen: Sightings = { mapStep: [], seqStep: [], dashWidth: [] };
  look(root, text, seen);
  return (offset) => {
    const mapStep = nearest(seen.mapStep, offset) ?? 2;
    return {
      mapStep,
      seqStep: nearest(seen.seqStep, offset) ?? mapStep,
      dashWidth: nearest(seen.dashWidth, offset) ?? 2,
    };
  };
}

function nearest(sightings: readonly Sighting[], offset: number): number | undefined {
  const distance = (sighting: Sighting) => Math.abs(sighting.offset - offset);
  const [first, ...rest] = sightings;
  if (!first) return undefined;
  return rest.reduce((best, next) => (distance(next) < distance(best) ? next : best), first)
    .columns;
}

function look(token: CST.Token | null | undefined, text: string, seen: Sightings): void {
  if (token?.type !== 'block-map' && token?.type !== 'block-seq') return;
  for (const item of writtenItems(token)) {
    const value = written(item.value);
    if (!value) continue;
    if (token.type === 'block-seq') lookAtDash(token, item, value, text, seen);
    else lookUnderKey(token, item, value, seen);
    look(value, text, seen);
  }
}

type Item = CollectionToken['items'][number];

function lookAtDash(
  token: CST.BlockSequence,
  item: Item,
  value: CST.Token,
  text: string,
  seen: Sightings,
): void {
  const dash = signOf(item, 'seq-item-ind');
  const dressed = signOf(item, 'anchor') ?? signOf(item, 'tag');
  if (!dash || dressed || lineStart(text, value.offset) > dash.offset) return;
  // A map's first key may have an anchor before it, where the map's token does not begin.
  const isBlock = value.type === 'block-map' || value.type === 'block-seq';
  const columns = isBlock ? value.indent - token.indent : value.offset - dash.offset;
  seen.dashWidth.push({ offset: value.offset, columns });
}

function lookUnderKey(token: CST.BlockMap, item: Item, value: CST.Token, seen: Sightings): void {
  if (signOf(item, 'explicit-key-ind')) return;
  const { offset } = value;
  if (value.type === 'block-map') {
    seen.mapStep.push({ offset, columns: value.indent - token.indent });
  }
  if (value.type === 'block-seq') {
    seen.seqStep.push({ offset, columns: value.indent - token.indent });
  }
}

/** Reads how the flow collections around a place, and next to it, are written. */
export function readFlowStyle(text: string, place: Place): FlowStyle {
  const around = flowPlaces(place);
  const root = around.at(-1) ?? place.token;
  const json = isJson(text.slice(root.offset, tokenEnd(root)));
  const all = flowCollections(root);
  const unit = expands(text, place, all, around, json) ? unitOf(text, place) : undefined;
  const comma = spacing(text, all.flatMap(commas));
  const colon = spacing(text, all.flatMap(colons));
  return {
    json,
    comma: (comma ?? colon ?? true) ? ', ' : ',',
    colon: !json || (colon ?? comma ?? true) ? ': ' : ':',
    bracePad: padOf(text, all, '{'),
    bracketPad: padOf(text, all, '['),
    unit,
    lineBreak: lineBreak(text),
  };
}

/** Whether a collection puts its items on lines of their own. */
export function hasOwnLines(text: string, collection: CST.FlowCollection): boolean {
  const [first] = writtenItems(collection);
  return first !== undefined && beginsLine(text, itemStart(first));
}

/** The flow collections around a place, itself first. */
function flowPlaces(place: Place): CST.FlowCollection[] {
  if (place.token.type !== 'flow-collection') return [];
  return [place.token, ...(place.holder ? flowPlaces(place.holder.place) : [])];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function flowCollections(token: CST.Token | null | undefined): CST.FlowCollection[] {
  if (token?.type !== 'flow-collection') return [];
  return [token, ...token.items.flatMap((item) => flowCollections(item.value))];
}

/** New collections take several lines where the nearest one beside the place does. */
function expands(
  text: string,
  place: Place,
  all: readonly CST.FlowCollection[],
  around: readonly CST.FlowCollection[],
  json: boolean,
): boolean {
  const lined = around.find((collection) => writtenItems(collection).length > 0);
  if (!lined || !hasOwnLines(text, lined)) return false;
  const distance = (token: CST.FlowCollection) => Math.abs(token.offset - place.token.offset);
  const [nearest] = all
    .filter((token) => !around.includes(token) && writtenItems(token).length > 0)
    .sort((one, other) => distance(one) - distance(other));
  return nearest ? hasOwnLines(text, nearest) : json;
}

/** The indentation of the place's items, or else of the place itself, beyond what holds it. */
export function unitOf(text: string, place: Place): string {
  const [first] = writtenItems(place.token);
  const outer = place.holder?.place;
  if (!first || !beginsLine(text, itemStart(first))) {
    return outer?.token.type === 'flow-collection' ? unitOf(text, outer) : '  ';
  }
  const inside = lineIndent(text, itemStart(first));
  const outside = lineIndent(text, place.token.offset);
  return inside.startsWith(outside) && inside > outside ? inside.slice(outside.length) : '  ';
}

function commas({ items }: CST.FlowCollection): number[] {
  return items.flatMap(({ start }) =>
    start.filter(({ type }) => type === 'comma').map(({ offset }) => offset),
  );
}

function colons({ items }: CST.FlowCollection): number[] {
  return items.flatMap(({ sep = [] }) =>
    sep.filter(({ type }) => type === 'map-value-ind').map(({ offset }) => offset),
  );
}

/** Whether the first of these signs that is not the last of its line has a space after it. */
function spacing(text: string, offsets: readonly number[]): boolean | undefined {
  const inLine = offsets.find((offset) => !/[\r\n]/.test(text.charAt(offset + 1)));
  return inLine === undefined ? undefined : text.charAt(inLine + 1) === ' ';
}

function padOf(text: string, all: readonly CST.FlowCollection[], bracket: string): '' | ' ' {
  const example = all.find(
    (collection) =>
      collection.start.source === bracket &&
      writtenItems(collection).length > 0 &&
      !hasOwnLines(text, collection),
  );
  return example && text.charAt(example.offset + 1) === ' ' ? ' ' : '';
}
