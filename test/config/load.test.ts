import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CompiledConfig } from '../../src/config/compile.ts';
import { configFile } from '../../src/config/load.ts';
import { AppError } from '../../src/errors.ts';
import { makeFolder } from '../support/certificates.ts';
import { type ConfigFolder, configFolder, mountedConfigMap } from './config-folder.ts';
import { EXAMPLE } from './configs.ts';
import { INVALID_TEXTS } from './hostile-texts.ts';

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

  it('is reported if it is empty', () => {
    const { file } = configFolder('');

    expect(errorOf(file).message).toContain(`${file}:1:1: the file is empty`);
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

/** A source whose file is read again by `poll`, at once. */
function polled(text: string) {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { file } = configFolder(text);
  const source = configFile(file, 'test');
  onTestFinished(() => source.stop());
  const changes: CompiledConfig[] = [];
  const complaints: string[] = [];
  source.start({
    changed: (config) => changes.push(config),
    broken: (faults) => complaints.push(faults.join('\n')),
  });
  return { file, source, changes, complaints, poll: () => vi.advanceTimersByTime(10_000) };
}

describe('a reload', () => {
  it.each(Object.entries(INVALID_TEXTS))('keeps the last valid config: %s', (_, text) => {
    const { file, source, changes, complaints, poll } = polled(WARN);
    writeFileSync(file, text);
    poll();
    poll();

    expect(source.get().rules.onInvalid).toBe('warn');
    expect({ changes, complaints: complaints.length }).toEqual({ changes: [], complaints: 1 });
    expect(complaints[0]?.startsWith(file)).toBe(true);
  });

  it.each<[string, (file: string) => void, string]>([
    ['is missing', (file) => rmSync(file), 'no such file'],
    ['is empty', (file) => writeFileSync(file, ''), 'the file is empty'],
    ['is not UTF-8', (file) => writeFileSync(file, Buffer.from([0x61, 0xff])), 'it is not UTF-8'],
    ['is longer than 1 MiB', (file) => writeFileSync(file, '#'.repeat(1_048_577)), 'longer than'],
    [
      'is a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
      'it is a folder',
    ],
    [
      'is a link to itself',
      (file) => {
        rmSync(file);
        symlinkSync(file, file);
      },
      'ELOOP',
    ],
  ])('keeps the last valid config if the file %s, and uses the next valid one', (_, spoil, why) => {
    const { file, source, changes, complaints, poll } = polled(WARN);
    spoil(file);
    poll();
    poll();

    expect(source.get().rules.onInvalid).toBe('warn');
    expect({ changes, complaints }).toEqual({
      changes: [],
      complaints: [expect.stringContaining(why)],
    });

    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, DENY);
    poll();

    expect(source.get().rules.onInvalid).toBe('deny');
  });

  it('of any bytes keeps the last valid config or uses a valid one', () => {
    const { file, source, changes, poll } = polled(WARN);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }),
      fc.nat(EXAMPLE.length).map((length) => EXAMPLE.slice(0, length)),
    );
    fc.assert(
      fc.property(bytes, (content) => {
        const [before, count] = [source.get(), changes.length];
        writeFileSync(file, content);
        poll();
        expect(source.get()).toBe(changes.length > count ? changes.at(-1) : before);
      }),
      { numRuns: 300 },
    );
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
