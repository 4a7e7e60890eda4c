import { describe, expect, it } from 'vitest';
import { ACCESSES, type Access } from '../../../src/core/decision/rules.ts';
import { proxyArguments } from '../../../src/core/injection/kubectl-proxy.ts';

// test/e2e/access.e2e.ts checks with the real kubectl proxy what the expressions reject. Go and
// JavaScript read them alike, except for `(?s)` and `\x{…}`.

describe('proxyArguments()', () => {
  it.each(ACCESSES)('start the proxy on 127.0.0.1 and the given port, with access %s', (access) => {
    expect(args(access).slice(0, 3)).toEqual(['proxy', '--address=127.0.0.1', '--port=8001']);
  });

  it.each(ACCESSES)('contain only valid expressions between commas, with access %s', (access) => {
    for (const flag of ['reject-methods', 'reject-paths']) {
      for (const expression of split(access, flag)) {
        expect(() => new RegExp(expression.replace('(?s)', ''), 's')).not.toThrow();
        expect(expression).not.toBe(''); // an empty expression matches everything
      }
    }
  });

  it.each(ACCESSES)('contain nothing that kubelet expands, with access %s', (access) => {
    expect(args(access, 'a$b').join('\n')).not.toMatch(/\$[($]/);
  });

  it('list accepted paths only with access namespace, and anchor each of them', () => {
    expect(ACCESSES.filter((access) => split(access, 'accept-paths').length > 0)).toEqual([
      'namespace',
    ]);
    for (const expression of split('namespace', 'accept-paths')) expect(expression).toMatch(/^\^/);
  });

  it.each(['read-only', 'namespace'] as const)(
    'accept only the methods GET and HEAD, with access %s',
    (access) => {
      const [expression = '', ...others] = split(access, 'reject-methods');
      expect(others).toEqual([]);
      const words = wordsOf(['G', 'E', 'T', 'H', 'A', 'D', 'x'], 5);
      expect(words.filter((word) => !new RegExp(expression).test(word))).toEqual(['GET', 'HEAD']);
    },
  );

  it('quote the name of the namespace, so that it matches only itself', () => {
    const accepted = split('namespace', 'accept-paths', 'a.b,c|.*').join('\n');
    expect(accepted).toContain(
      String.raw`^/api/v1/namespaces/a\x{2e}b\x{2c}c\x{7c}\x{2e}\x{2a}(/|$)`,
    );
    expect(split('namespace', 'accept-paths', 'team-1')).toContain(
      '^/api/v1/namespaces/team-1(/|$)',
    );
  });
});

function args(access: Access, namespace = 'team'): string[] {
  return proxyArguments({ port: 8001, access, namespace });
}

/** The expressions of a flag, split as kubectl does. */
function split(access: Access, flag: string, namespace?: string): string[] {
  const start = `--${flag}=`;
  const value = args(access, namespace).find((argument) => argument.startsWith(start));
  return value?.slice(start.length).split(',') ?? [];
}

/** All words of these letters up to a length, shorter words first. */
function wordsOf(letters: readonly string[], length: number): string[] {
  if (length === 0) return [];
  const shorter = wordsOf(letters, length - 1);
  const longest = shorter.filter((word) => word.length === length - 1);
  const prefixes = length === 1 ? [''] : longest;
  return [...shorter, ...prefixes.flatMap((word) => letters.map((letter) => word + letter))];
}
