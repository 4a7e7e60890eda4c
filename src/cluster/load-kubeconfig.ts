import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { isObject } from '../core/api/json.ts';
import { AppError } from '../errors.ts';

/**
 * Loads files into one config. The first current-context counts, as for kubectl; client-node would
 * take the last one. An empty file, such as /dev/null, says that there is none.
 *
 * @param config takes them in.
 * @param empty makes another one like it.
 * @throws AppError `file` where one cannot be read.
 */
export function loadKubeconfigs(
  config: KubeConfig,
  files: readonly string[],
  empty: () => KubeConfig,
): void {
  for (const file of files) {
    try {
      const content: unknown = parse(readFileSync(file, 'utf8'));
      if (!isObject(content)) continue;
      const next = empty();
      next.loadFromString(JSON.stringify(withTokenFiles(content, dirname(file))));
      next.makePathsAbsolute(dirname(file));
      config.mergeConfig(next, Boolean(config.getCurrentContext()));
    } catch (cause) {
      const message = `${file} is not a kubeconfig that can be read: ${(cause as Error).message}`;
      throw new AppError('file', message, { cause });
    }
  }
}

/**
 * client-node 2.0 does not know a user's `tokenFile` and would be anonymous; the same file as an
 * auth-provider it knows, and reads again once a minute. It comes before `token`, as for kubectl.
 */
function withTokenFiles(content: Readonly<Record<string, unknown>>, folder: string): unknown {
  const { users } = content;
  if (!Array.isArray(users)) return content;
  return { ...content, users: users.map((entry) => withTokenFile(entry, folder)) };
}

function withTokenFile(entry: unknown, folder: string): unknown {
  const user = isObject(entry) ? entry['user'] : undefined;
  if (!isObject(entry) || !isObject(user)) return entry;
  const { token, tokenFile: file, ...others } = user;
  if (typeof file !== 'string') return entry;
  const tokenFile = resolve(folder, file);
  const provider = { name: 'tokenFile', config: { tokenFile } };
  return { ...entry, user: { ...others, 'auth-provider': provider } };
}
