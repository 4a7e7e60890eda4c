/** The version of an API server, as far as podherald decides by it. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  /** The Kubernetes release, such as `v1.37.1`: what images of that version are tagged with. */
  readonly release: string;
}

/** A release, and what vendors put behind it: `-eks-1a2b3c4`, `-gke.1234000`, `+k3s1`. */
const GIT_VERSION = /^(v(\d+)\.(\d+)\.\d+(?:-(?:alpha|beta|rc)\.\d+(?![.\d]))?)(?:[-+.].*)?$/;

/** Reads the `gitVersion` of an API server's `/version`. */
export function parseServerVersion(gitVersion: string): ServerVersion | undefined {
  const [, release, major, minor] = GIT_VERSION.exec(gitVersion) ?? [];
  if (release === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), release };
}

/** Where there is no cluster, or no answer yet: the release that podherald is tested against. */
export const BUILT_IN_VERSION: ServerVersion = { major: 1, minor: 37, release: 'v1.37.1' };

/** Sidecars are init containers with `restartPolicy: Always` from 1.29 on (KEP-753, beta and on). */
export function hasNativeSidecars({ major, minor }: ServerVersion): boolean {
  return major > 1 || minor >= 29;
}
