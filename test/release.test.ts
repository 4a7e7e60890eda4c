import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemsOf, sectionOf } from '../hack/release/release.ts';
import { VERSION } from '../src/version.ts';

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

const CHANGELOG =
  '# Changelog\n\n## 1.2.0 - 2030-01-02\n\n- New.\n\n## 1.1.0\n\n## 1.0.0\n\n- Old.\n';

describe('a release', () => {
  it('has the section of its version as notes', () => {
    expect(sectionOf(CHANGELOG, '1.2.0')).toBe('- New.');
    expect(sectionOf(CHANGELOG, '1.0.0')).toBe('- Old.');
  });

  it.each(['1.1.0', '1.2', '2.0.0'])(
    'has no notes without a section that has text: %s',
    (version) => {
      expect(sectionOf(CHANGELOG, version)).toBeUndefined();
    },
  );

  it('is possible for the version of this checkout, once the changelog has a section for it', () => {
    const released = read('CHANGELOG.md').replace('## Unreleased', `## ${VERSION}`);
    const withSection = (path: string) => (path === 'CHANGELOG.md' ? released : read(path));

    expect(problemsOf(VERSION, withSection)).toEqual([]);
  });

  it('is refused if a file names another version', () => {
    const problems = problemsOf('9.9.9', (path) =>
      path === 'CHANGELOG.md' ? '## 9.9.9\n\n- New.' : read(path),
    );

    expect(problems).toContain('package.json does not contain "version": "9.9.9"');
    expect(problems).toHaveLength(6);
  });

  it.each(['', 'v1.0.0', '1.0.0-rc.1'])('is refused for the version "%s"', (version) => {
    expect(problemsOf(version, read)).toEqual([`"${version}" is not a version such as 0.1.0`]);
  });
});
