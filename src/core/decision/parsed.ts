import { type Finding, finding, type ReasonOf } from './reasons.ts';
import type { Rules } from './rules.ts';

/** What an annotation's text says as far as it is right, and everything that is wrong with it. */
export interface Parsed<Value> {
  readonly value?: Value;
  readonly faults: readonly Fault[];
}

export type Fault = Finding<ReasonOf<'fault'>>;

/** What a parser has to know besides the text. */
export interface ParseContext {
  /** The key as it is to be named in faults. */
  readonly key: string;
  readonly rules: Rules;
  /** Of the pod; undefined for a namespace. */
  readonly containers?: readonly string[];
}

export type Parse<Value> = (text: string, context: ParseContext) => Parsed<Value>;

/** @param fault the end of the sentence: what was expected, and the nearest word. */
export function invalid(key: string, piece: string, fault: string): Fault {
  return finding('invalid_value', { key, value: quote(piece), fault });
}

/** Long enough to recognise a value by, short enough for one line. */
const QUOTED_LENGTH = 60;

/** A piece of a user's text, in quotes and without line breaks. */
export function quote(text: string): string {
  const short = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
  return JSON.stringify(short.replaceAll(/[\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '�'));
}

/** The pieces between separators, without the blanks around them. */
export function pieces(text: string, separator: RegExp): string[] {
  return text.split(separator).map((piece) => piece.trim());
}
