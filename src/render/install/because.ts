/** What a manifest is made of: plain data, in which a field may carry its reason. */
export type Field =
  | string
  | number
  | boolean
  | readonly Field[]
  | { readonly [key: string]: Field | undefined }
  | Because;

/** A field with the reason for its value, which becomes the comment above it. */
export class Because {
  readonly reason: string;
  readonly value: Exclude<Field, Because>;

  constructor(reason: string, value: Exclude<Field, Because>) {
    this.reason = reason;
    this.value = value;
  }
}

export function because(reason: string, value: Exclude<Field, Because>): Because {
  return new Because(reason, value);
}
