import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompiledConfig } from '../../src/config/compile.ts';
import { configFile } from '../../src/config/load.ts';
import { AppError } from '../../src/errors.ts';
import { makeFolder } from '../support/certificates.ts';
import { type ConfigFolder, configFolder, mountedConfigMap } from './config-folder.ts';

const DENY = 'onInvalid: deny\n';
const WARN = 'onInvalid: warn\n';
const BROKEN = 'onInvalid: no\nmetadata: {path: etc}\n';

/** A source with promises for its next change and its next faults. */
function watched({ file }: Pick<ConfigFolder, 'file'>) {
  let change = Promise.withResolvers<CompiledConfig>();
  let complaint = Promise.withResolvers<readonly string[]>();
  const told: string[] = [];
  const source = configFile(file, 'test');
  source.start({
    changed(config) {
      told.push('changed');
      change.resolve(config);
      change = Promise.withResolvers();
    },
    broken(faults) {
      told.push('broken');
      complaint.resolve(faults);
      complaint = Promise.withResolvers();
    },
  });
  onTestFinished(() => source.stop());
  return {
    source,
    told,
    change: () => change.promise,
    complaint: () => complaint.promise,
  };
}

function errorOf(file: string): AppError {
  try {
    configFile(file, 'test');
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('a file that is invalid when it is first read', () => {
  it('is named if it is missing', () => {
    const file = join(makeFolder(), 'config.yaml');

    expect(errorOf(file).message).toContain(`cannot read ${file}: no such file`);
  });

  it('is named if it is not UTF-8', () => {
    const file = join(makeFolder(), 'config.yaml');
    writeFileSync(file, Buffer.from('# caf\u00e9\n', 'latin1'));

    expect(errorOf(file).message).toContain(`${file}: it is not UTF-8`);
  });

  it('is reported with all faults, one line each, with file, line and column', () => {
    const { file } = configFolder(BROKEN);

    expect(errorOf(file).message.split('\npodherald: ')).toEqual([
      expect.stringContaining(`${file}:1:12: onInvalid: "no": expected`),
      expect.stringContaining(`${file}:2:18: metadata.path: "etc": expected`),
    ]);
  });
});

describe.each([
  ['written in place', configFolder],
  ['in a mounted ConfigMap, whose ..data link is swapped', mountedConfigMap],
])('a file %s', (_, makeFile) => {
  it('is used from the start', () => {
    expect(watched(makeFile(WARN)).source.get().rules.onInvalid).toBe('warn');
  });

  it('is reloaded when it changes', async () => {
    const folder = makeFile(DENY);
    const { source, change } = watched(folder);
    const next = change();
    folder.write(WARN);

    expect((await next).rules.onInvalid).toBe('warn');
    expect(source.get()).toBe(await next);
  });

  it('keeps the last valid config if the new one is invalid, and reports each fault', async () => {
    const folder = makeFile(WARN);
    const { source, complaint, change } = watched(folder);
    const told = complaint();
    folder.write(BROKEN);

    expect(await told).toEqual([
      expect.stringContaining(`${folder.file}:1:12: onInvalid: `),
      expect.stringContaining(`${folder.file}:2:18: metadata.path: `),
    ]);
    expect(source.get().rules.onInvalid).toBe('warn');

    const next = change();
    folder.write(DENY);

    expect((await next).rules.onInvalid).toBe('deny');
  });

  it('reports each change once', async () => {
    const folder = makeFile(DENY);
    const { change, complaint, told } = watched(folder);
    for (const [text, heard] of [
      [WARN, change],
      [BROKEN, complaint],
      [DENY, change],
    ] as const) {
      const next = heard();
      folder.write(text);
      await next;
    }

    expect(told).toEqual(['changed', 'broken', 'changed']);
  });

  it('keeps the last valid config while the file is missing', async () => {
    const folder = makeFile(WARN);
    const { source, complaint } = watched(folder);
    const told = complaint();
    rmSync(folder.file);

    expect(await told).toEqual([expect.stringContaining(`cannot read ${folder.file}`)]);
    expect(source.get().rules.onInvalid).toBe('warn');
  });
});

describe('a source', () => {
  it('reports a change from before it was started', async () => {
    const folder = configFolder(DENY);
    const source = configFile(folder.file, 'test');
    onTestFinished(() => source.stop());
    folder.write(WARN);
    const change = new Promise<CompiledConfig>((resolve) =>
      source.start({ changed: resolve, broken: () => {} }),
    );

    expect((await change).rules.onInvalid).toBe('warn');
  });

  it('reports no changes after it is stopped', async () => {
    const folder = mountedConfigMap(DENY);
    const [stopped, running] = [watched(folder), watched(folder)];
    stopped.source.stop();
    const next = running.change();
    folder.write(WARN);
    await next;

    expect(stopped.told).toEqual([]);
    expect(stopped.source.get().rules.onInvalid).toBe('deny');
  });
});
