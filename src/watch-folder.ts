import { type FSWatcher, watch } from 'node:fs';

/** Long enough for one change of many steps, short enough for nobody to wait. */
const SETTLE_MS = 50;

/**
 * For changes that the system does not tell of: network file systems, a node whose inotify watches
 * are used up (fs.inotify.max_user_watches).
 */
const POLL_MS = 10_000;

/**
 * Calls back some time after anything in the folder has changed, and now and then besides, so the
 * callback has to find out for itself whether anything is new. The folder is watched and not a file
 * in it: kubelet changes a mounted ConfigMap or Secret by swapping the `..data` link there
 * (kubernetes pkg/volume/util/atomic_writer.go).
 *
 * @returns stops it.
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
