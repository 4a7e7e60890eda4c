import { lineNumber } from './text-edit.ts';

/**
 * Why additions cannot be spliced into a text. Where `expandable`, they can be after
 * `expandAliases`: the place is written elsewhere, for several places at once.
 */
export const OBSTACLES = {
  unreadable: { expandable: false, sentence: 'the document cannot be read' },
  alias: {
    expandable: true,
    sentence: 'it is an alias, and what it stands for is written elsewhere',
  },
  anchor: { expandable: true, sentence: 'it has an anchor that aliases elsewhere point to' },
  merge_key: { expandable: true, sentence: 'it comes in through a merge key (<<)' },
  missing: { expandable: false, sentence: 'there is no such place in the document' },
  occupied: { expandable: false, sentence: 'a list or map is there already' },
  unsupported: { expandable: false, sentence: 'it is written in a way that takes no insertion' },
  unproven: { expandable: false, sentence: 'read back, the result was not what it should be' },
} as const satisfies Record<string, { expandable: boolean; sentence: string }>;

export type Obstacle = keyof typeof OBSTACLES;

interface Whereabouts {
  /** The JSON Pointer of the place, as far as it was found. */
  readonly path?: string;
  readonly offset?: number;
  /** The name of the anchor in the way. */
  readonly anchor?: string;
  readonly detail?: string;
}

/** Thrown while splicing; `splice` answers with it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly obstacle: Obstacle;
  readonly where: Whereabouts;

  constructor(obstacle: Obstacle, where: Whereabouts = {}) {
    super(OBSTACLES[obstacle].sentence);
    this.obstacle = obstacle;
    this.where = where;
  }
}

/** The text with its edits, or why they cannot be made. */
export type Splice = { readonly ok: true; readonly text: string } | SpliceRefusal;

export interface SpliceRefusal {
  readonly ok: false;
  readonly obstacle: Obstacle;
  /** Whether splicing into `expandAliases(text)` will do. */
  readonly expandable: boolean;
  /** The line of the text, the first being 1, where it is known. */
  readonly line?: number;
  /** The anchor that is in the way. */
  readonly anchor?: string;
  readonly message: string;
}

/** The answer to what was thrown. */
export function refused(text: string, { obstacle, where }: Refusal): SpliceRefusal {
  const { expandable, sentence } = OBSTACLES[obstacle];
  const { path, offset, anchor, detail } = where;
  const line = offset === undefined ? undefined : lineNumber(text, offset);
  const place = [line && `line ${line}`, path].filter(Boolean).join(', ');
  const words = [
    sentence,
    anchor && ` (${obstacle === 'alias' ? '*' : '&'}${anchor})`,
    detail && `: ${detail}`,
  ].filter(Boolean);
  return {
    ok: false,
    obstacle,
    expandable,
    ...(line !== undefined && obstacle !== 'unproven' && { line }),
    ...(anchor !== undefined && { anchor }),
    message: (place && `${place}: `) + words.join(''),
  };
}
