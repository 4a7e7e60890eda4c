import { lineNumber } from './lines.ts';
import { OBSTACLES, type Obstacle, type Refusal } from './refusal.ts';

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
