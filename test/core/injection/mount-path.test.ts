import { describe, expect, it } from 'vitest';
import { cleanPath, pathsOverlap } from '../../../src/core/injection/plan-files.ts';

describe('cleanPath()', () => {
  it.each([
    ['/etc/downward', '/etc/downward'],
    ['/etc//downward///', '/etc/downward'],
    ['/etc/./downward/.', '/etc/downward'],
    ['/etc/x/../downward', '/etc/downward'],
    ['/../../etc', '/etc'],
    ['relative', '/relative'],
    ['/', ''],
    ['', ''],
  ])('reads %j as %j', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });
});

describe('two mount paths', () => {
  it.each([
    ['/etc/downward', true],
    ['/etc/downward/', true],
    ['//etc/downward', true],
    ['/etc/downward/labels', true],
    ['/etc', true],
    ['/', true],
    ['/etc/downwards', false],
    ['/etc/down', false],
    ['/var/etc/downward', false],
  ])('%j and /etc/downward: %j', (path, overlap) => {
    expect(pathsOverlap(path, '/etc/downward')).toBe(overlap);
    expect(pathsOverlap('/etc/downward', path)).toBe(overlap);
  });
});
