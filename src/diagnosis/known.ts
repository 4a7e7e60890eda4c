/** Something that was read of the cluster, or why it could not be. */
export type Known<T> = { readonly value: T } | Unknown;

export interface Unknown {
  readonly unknown: string;
}
