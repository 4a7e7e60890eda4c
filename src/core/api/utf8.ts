const encoder = new TextEncoder();

/** How many bytes texts take in UTF-8, which is what Kubernetes and file systems count. */
export function utf8Bytes(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
}
