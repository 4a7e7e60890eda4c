import { InvalidArgumentError } from 'commander';
import { isQualifiedName } from '../core/api/names.ts';
import { parseServerVersion, type ServerVersion } from '../core/decision/rules.ts';

export function port(value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError('A port is a number from 0 to 65535 (0: any free one).');
  }
  return number;
}

export function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new InvalidArgumentError('Seconds are a number from 0.');
  }
  return number;
}

/** Such as `v1.36.2`, as `kubectl version` shows the server's. */
export function serverVersion(text: string): ServerVersion {
  const version = parseServerVersion(text.startsWith('v') ? text : `v${text}`);
  if (version !== undefined) return version;
  throw new InvalidArgumentError('A version is one such as v1.36.2, with all three numbers.');
}

/** Collects `key=value`. The value may hold further `=`. */
export function keyValue(
  text: string,
  others: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has the form key=value.');
  const key = text.slice(0, at);
  if (!isQualifiedName(key.toLowerCase())) {
    throw new InvalidArgumentError('Kubernetes accepts no annotation of that key.');
  }
  return new Map([...others, [key, text.slice(at + 1)]]);
}

/** Collects files. Standard input is `-`. */
export function filenames(file: string, others: readonly string[] = []): readonly string[] {
  if (file === '-' && others.includes('-')) {
    throw new InvalidArgumentError('Standard input can be read only once.');
  }
  return [...others, file];
}
