import type { CST } from 'yaml';
import { lineStart } from './lines.ts';
import type { Layout } from './render-block.ts';
import { type CollectionToken, signOf, written, writtenItems } from './token-span.ts';

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
