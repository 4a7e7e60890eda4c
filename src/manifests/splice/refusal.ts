import { lineNumber } from './text-edit.ts';

/**
 * Why an edit of a YAML text is refused. `expandable`: the value is shared by several parts of the
 * document, so the edit is possible after `expandAliases`.
 */
const REFUSALS = {
  unreadable: { expandable: false, sentence: 'the document is not valid YAML' },
  alias: { expandable: true, sentence: 'the value is an alias of a value elsewhere' },
  anchor: { expandable: true, sentence: 'the value has an anchor that aliases refer to' },
  merge_key: { expandable: true, sentence: 'the value comes from a merge key (<<)' },
  missing: { expandable: false, sentence: 'the document has no such field' },
  occupied: { expandable: false, sentence: 'the field already holds a list or map' },
  unsupported: {
    expandable: false,
    sentence: 'this YAML syntax cannot be edited in place; rewrite it as a plain list or map',
  },
  unproven: {
    expandable: false,
    sentence: 'the edited text does not have the expected value; report this as a podherald bug',
  },
} as const satisfies Record<string, { expandable: boolean; sentence: string }>;

export type RefusalCode = keyof typeof REFUSALS;

interface RefusalDetails {
  /** JSON Pointer to the value, up to the part that was found. */
  readonly path?: string;
  /** Offset in the text, from 0. */
  readonly offset?: number;
  /** The name of the anchor, without its `&` or `*`. */
  readonly anchor?: string;
  /** The message of the YAML parser. */
  readonly detail?: string;
}

/** Thrown while a text is edited; `splice` and `unsplice` return it as a `SpliceRefusal`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(REFUSALS[code].sentence);
    this.code = code;
    this.details = details;
  }
}

/** The edited text, or why it cannot be edited. */
export type Splice = { readonly ok: true; readonly text: string } | SpliceRefusal;

/** Why a text cannot be edited, and where. */
export interface SpliceRefusal {
  readonly ok: false;
  readonly code: RefusalCode;
  /** Whether the edit is possible on `expandAliases(text)`. */
  readonly expandable: boolean;
  /** JSON Pointer to the value, up to the part that was found. */
  readonly path?: string;
  /** The line in the text (from 1), if known. */
  readonly line?: number;
  /** The name of the anchor, without its `&` or `*`. */
  readonly anchor?: string;
  /** One sentence that begins with `path`, if known. */
  readonly message: string;
}

/**
 * Runs an edit of a text, and returns a thrown `Refusal` as a value.
 *
 * @param edit returns the edited text. Other errors that it throws pass through.
 */
export function refusable(text: string, edit: () => string): Splice {
  try {
    return { ok: true, text: edit() };
  } catch (error) {
    if (error instanceof Refusal) return toSpliceRefusal(text, error);
    throw error;
  }
}

function toSpliceRefusal(text: string, { code, details }: Refusal): SpliceRefusal {
  const { expandable, sentence } = REFUSALS[code];
  const { path, offset, anchor, detail } = details;
  // The offset of `unproven` is one in the edited text.
  const isInText = offset !== undefined && code !== 'unproven';
  const words = [
    path && `${path}: `,
    sentence,
    anchor && ` (${code === 'alias' ? '*' : '&'}${anchor})`,
    detail && `: ${detail}`,
  ];
  return {
    ok: false,
    code,
    expandable,
    ...(path !== undefined && { path }),
    ...(isInText && { line: lineNumber(text, offset) }),
    ...(anchor !== undefined && { anchor }),
    message: words.filter(Boolean).join(''),
  };
}
