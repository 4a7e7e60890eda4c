import { dirname } from 'node:path';
import { AppError, faultsError, readFailure } from '../errors.ts';
import { readSmallFile } from '../read-file.ts';
import { watchFolder } from '../watch-folder.ts';
import { type CompiledConfig, type ConfigListener, type ConfigSource, compile } from './compile.ts';
import { faultLine, parseConfig } from './parse.ts';

/**
 * Reads the config from a file, such as a mounted ConfigMap, and reloads it when the file changes. If the
 * changed file is empty, invalid or unreadable, the last valid config stays in use. A reload never throws.
 *
 * @param version the version of podherald.
 * @throws AppError `file` or `config` if the file is missing or invalid when it is first read.
 */
export function configFile(file: string, version: string): ConfigSource {
  let last = readText(file);
  let config = orThrow(compileText(last, file, version));
  let stop = (): void => {};
  const reload = ({ changed, broken }: ConfigListener): void => {
    const { text, isRead } = textOrReason(file);
    if (text === last) return;
    last = text;
    const next = isRead ? compileText(text, file, version) : { faults: [text] };
    if ('faults' in next) {
      broken(next.faults);
      return;
    }
    config = next;
    changed(config);
  };
  return {
    get: () => config,
    start(listener) {
      stop = watchFolder(dirname(file), () => reload(listener));
      // The file may have changed since it was first read.
      reload(listener);
    },
    stop: () => stop(),
  };
}

type Compiled = CompiledConfig | { readonly faults: readonly string[] };

function compileText(text: string, file: string, version: string): Compiled {
  try {
    const parsed = parseConfig(text);
    if ('config' in parsed) return compile(parsed.config, version);
    return { faults: parsed.faults.map((fault) => faultLine(file, fault)) };
  } catch (error) {
    // A bug. It must not end a process that has a valid config.
    return { faults: [`${file}: cannot check the config: ${String(error)}`] };
  }
}

function orThrow(compiled: Compiled): CompiledConfig {
  if ('faults' in compiled) throw faultsError('config', compiled.faults);
  return compiled;
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readSmallFile(file));
  } catch (cause) {
    throw new AppError('file', `cannot read ${file}: ${readFailure(cause)}`, { cause });
  }
}

/** @returns the text of the file, or the reason why it cannot be read. */
function textOrReason(file: string): { readonly text: string; readonly isRead: boolean } {
  try {
    return { text: readText(file), isRead: true };
  } catch (error) {
    return { text: (error as AppError).message, isRead: false };
  }
}
