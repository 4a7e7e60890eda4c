import { closeSync, openSync, readSync } from 'node:fs';

/** A mounted Secret or ConfigMap holds at most 1 MiB. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a file that may be replaced, truncated or removed at any time.
 *
 * @throws Error if the file cannot be read or is longer than 1 MiB.
 */
export function readSmallFile(file: string): Buffer {
  const buffer = Buffer.allocUnsafe(MAX_FILE_BYTES + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    if (length > MAX_FILE_BYTES) throw new Error('it is longer than 1 MiB');
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
