import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkInput, TARGETS } from './support/hostile.ts';

const FOLDER = new URL('./hostile/', import.meta.url);

/** Inputs that once broke a promise. Most were found by `npm run fuzz`. The file name is the title. */
describe.each(TARGETS)('podherald handles, of hostile %s,', (target) => {
  it.each(readdirSync(new URL(target, FOLDER)))('%s', async (file) => {
    const input = readFileSync(new URL(`${target}/${file}`, FOLDER), 'utf8');

    expect(await checkInput(target, input)).toEqual([]);
  });
});
