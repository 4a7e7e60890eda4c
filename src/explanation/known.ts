/** Something that was read of the cluster, or why it could not be. */
export type Known<T> = { readonly value: T } | { readonly unknown: string };
