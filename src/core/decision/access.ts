/** What an ambassador lets through, from narrow to wide. */
export const ACCESSES = ['namespace', 'read-only', 'full'] as const;

export type Access = (typeof ACCESSES)[number];

/** The flag of `kubectl proxy` that the access `full` is known by. */
export const METHODS_OF_FULL = '--reject-methods=^CONNECT$';

/** The flag of `kubectl proxy` that only the access `namespace` has. */
export const PATHS_OF_NAMESPACE = '--accept-paths=';

/** The narrowest of some accesses. */
export function narrowest(first: Access, ...others: readonly Access[]): Access {
  return others.reduce((one, other) => (width(other) < width(one) ? other : one), first);
}

function width(access: Access): number {
  return ACCESSES.indexOf(access);
}
