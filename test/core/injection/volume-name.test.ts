import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { volumeName } from '../../../src/core/injection/plan-files.ts';

it('is plain for the first container, and tells the others by their names', () => {
  expect(volumeName('downward', 'app', true, new Set())).toBe('downward');
  expect(volumeName('downward', 'app', false, new Set())).toBe('downward-app');
});

it('goes on to the next name where one is taken', () => {
  expect(volumeName('downward', 'app', true, new Set(['downward']))).toBe('downward-app');
  expect(volumeName('downward', 'app', false, new Set(['downward-app']))).toBe('downward-app-2');
  expect(volumeName('downward', 'app', false, new Set(['downward-app', 'downward-app-2']))).toBe(
    'downward-app-3',
  );
});

it('tells long names apart that begin alike', () => {
  const one = volumeName('downward', `${'x'.repeat(62)}a`, false, new Set());
  const other = volumeName('downward', `${'x'.repeat(62)}b`, false, new Set());
  expect(one).toHaveLength(63);
  expect(one).not.toBe(other);
});

it('is a free DNS label for every container name, and the same each time', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  fc.assert(
    fc.property(label, fc.boolean(), fc.nat(12), (container, isFirst, count) => {
      const taken = new Set<string>();
      for (let index = 0; index <= count; index++) {
        const name = volumeName('downward', container, isFirst, taken);
        expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
        expect(taken.has(name)).toBe(false);
        expect(volumeName('downward', container, isFirst, taken)).toBe(name);
        taken.add(name);
      }
    }),
  );
});
