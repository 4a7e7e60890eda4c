import type { PlaygroundInput } from '../../src/playground/evaluate.ts';

/** The input as the fragment of a link, which browsers never send to a server: deflated, in base64url. */
export async function toFragment(input: PlaygroundInput): Promise<string> {
  const { manifest, namespace, config } = input;
  const bytes = new TextEncoder().encode(JSON.stringify([manifest, namespace, config]));
  const deflated = new Uint8Array(await through(bytes, new CompressionStream('deflate-raw')));
  return deflated.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** @returns undefined if the fragment is not one of `toFragment`. */
export async function fromFragment(fragment: string): Promise<PlaygroundInput | undefined> {
  try {
    const bytes = Uint8Array.fromBase64(fragment, { alphabet: 'base64url' });
    const text = new TextDecoder().decode(
      await through(bytes, new DecompressionStream('deflate-raw')),
    );
    const [manifest, namespace, config]: unknown[] = JSON.parse(text);
    if (![manifest, namespace, config].every((one) => typeof one === 'string')) return undefined;
    return { manifest: String(manifest), namespace: String(namespace), config: String(config) };
  } catch {
    return undefined;
  }
}

/** A fragment of 100 KiB can inflate to 100 MiB. */
const MAX_BYTES = 2 ** 20;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  const chunks: BlobPart[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('the link contains too much');
    chunks.push(chunk);
  }
  return new Blob(chunks).arrayBuffer();
}
