import { type FSWatcher, watch } from 'node:fs';

/** Long enough for a change of many steps, and too short to be noticed. */
const SETTLE_MS = 50;

/**
 * For changes that the system does not report: on a network file system, or on a node whose inotify
 * watches are used up (fs.inotify.max_user_watches).
 */
const POLL_MS = 10_000;

/**
 * Calls back shortly after anything in the folder has changed, and every 10 s besides: the callback
 * must check by itself whether anything is new. It watches the folder and not a file in it, because
 * kubelet updates a mounted ConfigMap or Secret by swapping the `..data` link there
 * (kubernetes pkg/volume/util/atomic_writer.go).
 *
 * @returns a function that stops it.
 */
export function watchFolder(folder: string, onChange: () => void): () => void {
  let settling: NodeJS.Timeout | undefined;
  const settle = (): void => {
    settling ??= setTimeout(() => {
      settling = undefined;
      onChange();
    }, SETTLE_MS);
  };
  const polling = setInterval(onChange, POLL_MS).unref();
  const watcher = watchIfPossible(folder, settle);
  return () => {
    watcher?.close();
    clearInterval(polling);
    clearTimeout(settling);
  };
}

function watchIfPossible(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, onEvent).on('error', onEvent);
  } catch {
    return undefined;
  }
}
