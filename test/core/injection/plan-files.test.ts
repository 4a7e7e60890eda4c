import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Profile } from '../../../src/core/decision/profiles.ts';
import { cleanPath, freeVolumeName, pathsOverlap } from '../../../src/core/injection/plan-files.ts';
import { metadataPod, rulesWithProfile, SHOP } from '../pods.ts';

describe('planFiles()', () => {
  const FIELDS: Profile = {
    env: [],
    files: [{ path: 'podName', source: { fieldRef: 'metadata.name' } }],
  };

  it('adds one volume for all containers if no file shows a resource', () => {
    const pod = metadataPod({ name: 'a' }, { name: 'b' });
    const { operations, injected } = mutate(pod, SHOP, rulesWithProfile(FIELDS));
    expect(injected).toEqual({ env: 0, volume: 1, ambassador: 0 });
    const mounts = operations.filter(({ path }) => path.endsWith('/volumeMounts'));
    expect(mounts.map(({ value }) => value)).toEqual([
      [{ name: 'downward', readOnly: true, mountPath: '/etc/downward' }],
      [{ name: 'downward', readOnly: true, mountPath: '/etc/downward' }],
    ]);
  });

  it('names that volume downward even if the first container cannot mount it', () => {
    const mounting = { name: 'a', volumeMounts: [{ name: 'x', mountPath: '/etc/downward' }] };
    const pod = metadataPod(mounting, { name: 'b' });
    const { operations } = mutate(pod, SHOP, rulesWithProfile(FIELDS));
    expect(operations.find(({ path }) => path === '/spec/volumes')?.value).toMatchObject([
      { name: 'downward' },
    ]);
  });

  it('keeps a mount of the volume that it adds for an earlier container, without a warning', () => {
    const mount = { name: 'downward', readOnly: true, mountPath: '/etc/downward' };
    const pod = metadataPod({ name: 'a' }, { name: 'b', volumeMounts: [mount] });
    const { findings, operations } = mutate(pod, SHOP, rulesWithProfile(FIELDS));
    expect(findings).toEqual([]);
    expect(operations.filter(({ path }) => path.includes('volumeMounts'))).toEqual([
      { op: 'add', path: '/spec/containers/0/volumeMounts', value: [mount] },
    ]);
  });
});

describe('freeVolumeName()', () => {
  it('is the base name for the first container, and ends with the container name for others', () => {
    expect(freeVolumeName('downward', 'app', true, new Set())).toBe('downward');
    expect(freeVolumeName('downward', 'app', false, new Set())).toBe('downward-app');
  });

  it.each([
    ['downward-app', true, ['downward']],
    ['downward-app-2', false, ['downward-app']],
    ['downward-app-3', false, ['downward-app', 'downward-app-2']],
  ])('is %s if the preferred names are taken', (expected, isFirst, taken) => {
    expect(freeVolumeName('downward', 'app', isFirst, new Set(taken))).toBe(expected);
  });

  it('is different for long container names that differ only at the end', () => {
    const one = freeVolumeName('downward', `${'x'.repeat(62)}a`, false, new Set());
    const other = freeVolumeName('downward', `${'x'.repeat(62)}b`, false, new Set());
    expect(one).toHaveLength(63);
    expect(one).not.toBe(other);
  });

  it('is a free DNS label for every container name, and the same in each call', () => {
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
});

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
  ])('turns %j into %j', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });
});

describe('pathsOverlap()', () => {
  it.each([
    '/etc/downward',
    '/etc/downward/',
    '//etc/downward',
    '/etc/downward/labels',
    '/etc',
    '/',
  ])('is true for %s and /etc/downward, in both orders', (path) => {
    expect(pathsOverlap(path, '/etc/downward')).toBe(true);
    expect(pathsOverlap('/etc/downward', path)).toBe(true);
  });

  it.each(['/etc/downwards', '/etc/down', '/var/etc/downward'])(
    'is false for %s and /etc/downward, in both orders',
    (path) => {
      expect(pathsOverlap(path, '/etc/downward')).toBe(false);
      expect(pathsOverlap('/etc/downward', path)).toBe(false);
    },
  );
});
