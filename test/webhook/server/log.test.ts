import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bounded, fileTarget, LogLines, type LogTarget } from '../../../src/webhook/server/log.ts';
import { makeFolder } from '../../support/certificates.ts';

const LINE = `${'x'.repeat(99)}\n`;

/** A target whose writes the test ends. */
function slowTarget() {
  const waiting: { text: string; done: (error?: Error) => void }[] = [];
  const target: LogTarget = {
    write: (text, done) => void waiting.push({ text, done }),
    pendingLength: () => waiting.reduce((sum, { text }) => sum + text.length, 0),
  };
  return { target, waiting };
}

describe('the lines of the log', () => {
  it('are written together, in their order', () => {
    const { target, waiting } = slowTarget();
    const lines = new LogLines(target);
    lines.write('one\n');
    lines.write('two\n');
    lines.flush();

    expect(waiting.map(({ text }) => text)).toEqual(['one\ntwo\n']);
    expect(lines.dropped).toBe(0);
  });

  it('are dropped and counted while nobody reads the log, after 1 MiB', () => {
    const { target, waiting } = slowTarget();
    const lines = new LogLines(target);
    for (let i = 0; i < 20_000; i++) lines.write(LINE);

    expect(target.pendingLength()).toBeLessThanOrEqual(1024 * 1024);
    expect(lines.dropped).toBe(20_000 - Math.floor((1024 * 1024) / LINE.length));

    for (const { done } of waiting.splice(0)) done();
    const { dropped } = lines;
    lines.write(LINE);
    lines.flush();

    expect(waiting.at(-1)?.text.endsWith(LINE)).toBe(true);
    expect(lines.dropped).toBe(dropped);
  });

  it('are dropped and counted if they cannot be written', () => {
    const { target, waiting } = slowTarget();
    const lines = new LogLines(target);
    lines.write('one\n');
    lines.write('two\n');
    lines.flush();
    waiting[0]?.done(new Error('EPIPE'));

    expect(lines.dropped).toBe(2);
  });

  it.skipIf(!existsSync('/dev/full'))('are dropped and counted on a full disk', () => {
    const fd = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(fd));
    const lines = new LogLines(fileTarget(fd));
    lines.write('one\n');
    lines.flush();

    expect(lines.dropped).toBe(1);
  });

  it('are written to a file at once', () => {
    const file = join(makeFolder(), 'log');
    const fd = openSync(file, 'a');
    onTestFinished(() => closeSync(fd));
    const lines = new LogLines(fileTarget(fd));
    lines.write('one\n');
    lines.flush();

    expect(readFileSync(file, 'utf8')).toBe('one\n');
  });
});

describe('a text in the log', () => {
  it('is cut after 256 characters', () => {
    expect(bounded('x'.repeat(256))).toHaveLength(256);
    expect(bounded('x'.repeat(3_000_000))).toBe(`${'x'.repeat(256)}…`);
  });
});
