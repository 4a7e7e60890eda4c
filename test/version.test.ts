import { describe, expect, it } from 'vitest';
import { unsupportedNode } from '../src/version.ts';
import { runProgram } from './support/run-program.ts';

describe('the minimum version of Node.js', () => {
  it.each(['22.19.0', '22.20.0', '23.0.0', '24.1.0', '26.10.0', '100.0.0'])(
    'allows %s',
    (version) => {
      expect(unsupportedNode(version)).toBeUndefined();
    },
  );

  it.each(['0.12.18', '18.20.8', '20.20.2', '22.9.0', '22.18.0'])('rejects %s', (version) => {
    expect(unsupportedNode(version)).toBe(
      `Node.js ${version} is too old: install Node.js 22.19.0 or newer`,
    );
  });

  it('is checked before any library is loaded, and ends in exit code 1', async () => {
    const preload = `
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier.startsWith('./cli/') || specifier === 'commander') throw new Error(specifier);
          return next(specifier, context);
        },
      });
      Object.defineProperty(process.versions, 'node', { value: '20.20.2' });`;
    const ended = await runProgram(['--version'], '', {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    });

    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'podherald: Node.js 20.20.2 is too old: install Node.js 22.19.0 or newer\n',
    });
  });
});
