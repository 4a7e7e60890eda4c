/** A volume's name is a DNS label (RFC 1123). */
const MAX_LENGTH = 63;

/**
 * A free name for the volume of a container's files: the base, such as `downward`, for the first
 * one, otherwise `downward-<container>`, then with a number. The same pod always gets the same
 * name. `kube-api-access` is no base: what begins so is the API server's.
 */
export function volumeName(
  base: string,
  container: string,
  isFirst: boolean,
  taken: ReadonlySet<string>,
): string {
  if (isFirst && !taken.has(base)) return base;
  for (let number = 1; ; number++) {
    const name = label(`${base}-${container}`, number === 1 ? '' : `-${number}`);
    if (!taken.has(name)) return name;
  }
}

/** What has to be cut off is told apart by a hash of the whole. */
function label(text: string, suffix: string): string {
  if (text.length + suffix.length <= MAX_LENGTH) return text + suffix;
  const tail = `-${fnv1a(text)}${suffix}`;
  return text.slice(0, MAX_LENGTH - tail.length) + tail;
}

/** FNV-1a, 32 bits, in eight hexadecimal digits (draft-eastlake-fnv, section 2). */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
