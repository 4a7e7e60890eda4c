import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { expandAliases } from '../../../src/manifests/splice/expand-aliases.ts';
import { dedent } from './spliced.ts';

describe('expandAliases', () => {
  it('copies the values that aliases refer to, and keeps comments, quotes and styles', () => {
    const text = dedent`
      # head
      one: &one # first
      - "q" # of q
      - &map {b: 'c'}
      two: *one # second

      # above
      three: *map
      four: &text |
        some
        text
      five: *text
      `;
    expect(expandAliases(text)).toBe(dedent`
      # head
      one:
      # first
      - "q" # of q
      - {b: 'c'}
      two:
      - "q" # of q
      - {b: 'c'}
      # second

      # above
      three: {b: 'c'}
      four: |
        some
        text
      five: |
        some
        text
      `);
  });

  it('orders merged keys by precedence', () => {
    const text = dedent`
      a: &a {x: 1, y: 1}
      b: &b
        <<: *a
        y: 2
        z: 2
      c:
        w: 3
        <<: [*b, {x: 9, v: 9}]
        z: 3
      `;
    const expanded = expandAliases(text);
    expect(parse(expanded)).toEqual(parse(text, { merge: true }));
    expect(Object.keys(parse(expanded).c)).toEqual(['w', 'x', 'y', 'v', 'z']);
    expect(expanded).not.toMatch(/[&*]|<</);
  });

  it('uses the last anchor of a name before the alias', () => {
    expect(expandAliases('- &a 1\n- *a\n- &a 2\n- *a\n')).toBe('- 1\n- 1\n- 2\n- 2\n');
  });

  it('keeps CRLF line breaks', () => {
    expect(expandAliases('a: &a 1\r\nb: *a\r\n')).toBe('a: 1\r\nb: 1\r\n');
  });

  it('rejects an alias inside the value that it refers to', () => {
    expect(() => expandAliases('a: &a\n  b: *a\n')).toThrow(
      expect.objectContaining({ code: 'manifest' }),
    );
  });

  it('rejects aliases of aliases that expand beyond the limit', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inside = level === 0 ? '1' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array(9).fill(inside).join(', ')}]\n`;
    });
    expect(() => expandAliases(levels.join(''))).toThrow(
      expect.objectContaining({ code: 'manifest' }),
    );
  });
});
