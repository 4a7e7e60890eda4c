import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineReader } from '../../src/cluster/watch.ts';

describe('lines of a stream', () => {
  it('are the same wherever its chunks begin and end', () => {
    const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const read = lineReader(1_000_000);
        const found: string[] = [];
        let from = 0;
        for (const size of [...sizes, bytes.length]) {
          found.push(...read(bytes.subarray(from, from + size)));
          from += size;
        }
        expect(found).toEqual(lines.filter((line) => line !== ''));
      }),
    );
  });

  it('are not returned before they end', () => {
    const read = lineReader(100);

    expect(read(Buffer.from('one\ntw'))).toEqual(['one']);
    expect(read(Buffer.from('o'))).toEqual([]);
    expect(read(Buffer.from('\n'))).toEqual(['two']);
  });

  it('may be as long as the limit, but no longer', () => {
    const read = lineReader(4);

    expect(read(Buffer.from('1234\n12'))).toEqual(['1234']);
    expect(read(Buffer.from('34'))).toEqual([]);
    expect(() => read(Buffer.from('5'))).toThrow('a line of more than 4 bytes');
  });
});
