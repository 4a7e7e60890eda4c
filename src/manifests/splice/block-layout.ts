import type { CST } from 'yaml';
import { lineStart } from './text-edit.ts';
import { type ItemToken, indicatorOf, itemsWithContent, nonEmptyToken } from './tokens.ts';

/** How block YAML is indented: widths in columns. */
export interface Layout {
  /** From a key to the keys of the map under it. */
  readonly mapStep: number;
  /** From a key to the dashes of the list under it: 0 if lists are not indented. */
  readonly seqStep: number;
  /** From a dash to the value after it. */
  readonly dashWidth: number;
}

interface Sample {
  readonly offset: number;
  readonly columns: number;
}

type Samples = Record<keyof Layout, Sample[]>;

/**
 * Reads how the block YAML of a document is indented.
 *
 * @param root the token of the document's contents.
 * @returns a function from an offset (from 0) to the layout of the nearest lists and maps.
 */
export function readLayout(root: CST.Token | undefined, text: string): (offset: number) => Layout {
  const samples: Samples = { mapStep: [], seqStep: [], dashWidth: [] };
  collectSamples(root, text, samples);
  return (offset) => {
    const mapStep = nearest(samples.mapStep, offset) ?? 2;
    return {
      mapStep,
      seqStep: nearest(samples.seqStep, offset) ?? mapStep,
      dashWidth: nearest(samples.dashWidth, offset) ?? 2,
    };
  };
}

/** @param samples in the order of their offsets. */
function nearest(samples: readonly Sample[], offset: number): number | undefined {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((samples[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [samples[low - 1], samples[low]];
  if (before === undefined || after === undefined) return (before ?? after)?.columns;
  return (after.offset - offset < offset - before.offset ? after : before).columns;
}

function collectSamples(token: CST.Token | null | undefined, text: string, samples: Samples): void {
  if (token?.type !== 'block-map' && token?.type !== 'block-seq') return;
  for (const item of itemsWithContent(token)) {
    const value = nonEmptyToken(item.value);
    if (!value) continue;
    if (token.type === 'block-seq') sampleDash(token, item, value, text, samples);
    else sampleKey(token, item, value, samples);
    collectSamples(value, text, samples);
  }
}

function sampleDash(
  token: CST.BlockSequence,
  item: ItemToken,
  value: CST.Token,
  text: string,
  samples: Samples,
): void {
  const dash = indicatorOf(item, 'seq-item-ind');
  const property = indicatorOf(item, 'anchor') ?? indicatorOf(item, 'tag');
  if (!dash || property || lineStart(text, value.offset) > dash.offset) return;
  // The token of a map begins after an anchor of its first key, so its indent is used instead.
  const isBlock = value.type === 'block-map' || value.type === 'block-seq';
  const columns = isBlock ? value.indent - token.indent : value.offset - dash.offset;
  samples.dashWidth.push({ offset: value.offset, columns });
}

function sampleKey(token: CST.BlockMap, item: ItemToken, value: CST.Token, samples: Samples): void {
  if (indicatorOf(item, 'explicit-key-ind')) return;
  const { offset } = value;
  if (value.type === 'block-map') {
    samples.mapStep.push({ offset, columns: value.indent - token.indent });
  }
  if (value.type === 'block-seq') {
    samples.seqStep.push({ offset, columns: value.indent - token.indent });
  }
}
