/**
 * Where a value comes from. `fieldRef` and `resource` are the Downward API's two kinds; a literal
 * is text, in which kubelet expands `$(NAME)` from what stands before it in `env`.
 */
export type FieldSource = { readonly fieldRef: string };
export type ResourceSource = { readonly resource: string; readonly divisor: string };
export type LiteralSource = { readonly literal: string };
/** The name of the container that has the variable. The Downward API has none, so it is written out. */
export type ContainerNameSource = { readonly containerName: true };

export interface EnvItem {
  readonly name: string;
  readonly source: FieldSource | ResourceSource | LiteralSource | ContainerNameSource;
}

export interface FileItem {
  /** Relative to the mount path. */
  readonly path: string;
  readonly source: FieldSource | ResourceSource;
}

/** A named set of metadata items; one word in an annotation asks for all of them. */
export interface Profile {
  /** A sentence for people. */
  readonly doc?: string;
  readonly env: readonly EnvItem[];
  readonly files: readonly FileItem[];
}

/** The names that `value` refers to as `$(NAME)`; `$$(NAME)` is an escape and refers to nothing. */
export function references(value: string): string[] {
  return [...value.matchAll(/\$\$|\$\(([^()]+)\)/g)].flatMap(([, name]) => name ?? []);
}
