import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { freeVolumeName } from '../../../src/core/injection/plan-files.ts';

it('is plain for the first container, and tells the others by their names', () => {
  expect(freeVolumeName('downward', 'app', true, new Set())).toBe('downward');
  expect(freeVolumeName('downward', 'app', false, new Set())).toBe('downward-app');
});

it('goes on to the next name where one is taken', () => {
  expect(freeVolumeName('downward', 'app', true, new Set(['downward']))).toBe('downward-app');
  expect(freeVolumeName('downward', 'app', false, new Set(['downward-app']))).toBe(
    'downward-app-2',
  );
  expect(
    freeVolumeName('downward', 'app', false, new Set(['downward-app', 'downward-app-2'])),
  ).toBe('downward-app-3');
});

it('tells long names apart that begin alike', () => {
  const one = freeVolumeName('downward', `${'x'.repeat(62)}a`, false, new Set());
  const other = freeVolumeName('downward', `${'x'.repeat(62)}b`, false, new Set());
  expect(one).toHaveLength(63);
  expect(one).not.toBe(other);
});

it('is a free DNS label for every container name, and the same each time', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  fc.assert(
    fc.property(label, fc.boolean(), fc.nat(12), (container, isFirst, count) => {
      const taken = new Set<string>();
      for (let index = 0; index <= count; index++) {
        const name = freeVolumeName('downward', container, isFirst, taken);
        expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
        expect(taken.has(name)).toBe(false);
        expect(freeVolumeName('downward', container, isFirst, taken)).toBe(name);
        taken.add(name);
      }
    }),
  );
});
