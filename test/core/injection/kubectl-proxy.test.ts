import { describe, expect, it } from 'vitest';
import { ACCESSES, type Access } from '../../../src/core/decision/rules.ts';
import { proxyArguments } from '../../../src/core/injection/kubectl-proxy.ts';

// What the expressions stop is tried on the real kubectl proxy, in test/e2e/access.e2e.ts. None of
// them has a sign that means one thing to Go and another to JavaScript, but for `(?s)` and `\x{…}`.

describe('the arguments of kubectl proxy', () => {
  it.each(ACCESSES)('of %s begin with the command, on loopback and the port', (access) => {
    expect(args(access).slice(0, 3)).toEqual(['proxy', '--address=127.0.0.1', '--port=8001']);
  });

  it.each(ACCESSES)('of %s are expressions, wherever kubectl splits them at commas', (access) => {
    for (const flag of ['reject-methods', 'reject-paths']) {
      for (const expression of split(access, flag)) {
        expect(() => new RegExp(expression.replace('(?s)', ''), 's')).not.toThrow();
        expect(expression).not.toBe(''); // an empty expression matches everything
      }
    }
  });

  it.each(ACCESSES)('of %s hold nothing that kubelet expands in args', (access) => {
    expect(args(access, 'a$b').join('\n')).not.toMatch(/\$[($]/);
  });

  it('accept paths only under the access namespace, all of them anchored', () => {
    expect(ACCESSES.filter((access) => split(access, 'accept-paths').length > 0)).toEqual([
      'namespace',
    ]);
    for (const expression of split('namespace', 'accept-paths')) expect(expression).toMatch(/^\^/);
  });

  it.each(['read-only', 'namespace'] as const)(
    'leave of all methods GET and HEAD, in %s',
    (access) => {
      const [expression = '', ...others] = split(access, 'reject-methods');
      expect(others).toEqual([]);
      const words = wordsOf(['G', 'E', 'T', 'H', 'A', 'D', 'x'], 5);
      expect(words.filter((word) => !new RegExp(expression).test(word))).toEqual(['GET', 'HEAD']);
    },
  );

  it('know the namespace as itself alone, whatever its name', () => {
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

/** As kubectl does it. */
function split(access: Access, flag: string, namespace?: string): string[] {
  const start = `--${flag}=`;
  const value = args(access, namespace).find((argument) => argument.startsWith(start));
  return value?.slice(start.length).split(',') ?? [];
}

/** Every word of these letters, up to a length, in the order of their length. */
function wordsOf(letters: readonly string[], length: number): string[] {
  if (length === 0) return [];
  const shorter = wordsOf(letters, length - 1);
  const longest = shorter.filter((word) => word.length === length - 1);
  const begun = length === 1 ? [''] : longest;
  return [...shorter, ...begun.flatMap((word) => letters.map((letter) => word + letter))];
}
