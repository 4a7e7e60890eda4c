import { describe, expect, it } from 'vitest';
import { hasNativeSidecars, parseServerVersion } from '../../../src/core/decision/rules.ts';

describe('parseServerVersion()', () => {
  // The `gitVersion` of various vendors, and the tag of the kubectl image for it.
  it.each([
    ['v1.37.1', 'v1.37.1'],
    ['v1.34.1-eks-113cf36', 'v1.34.1'],
    ['v1.36.4-gke.1234000', 'v1.36.4'],
    ['v1.35.2+k3s1', 'v1.35.2'],
    ['v1.36.0-rc.2+rke2r1', 'v1.36.0-rc.2'],
    ['v1.38.0-alpha.1', 'v1.38.0-alpha.1'],
    ['v1.38.0-alpha.1.23+0a1b2c3d4e5f60', 'v1.38.0'],
    ['v1.33.3+IKS', 'v1.33.3'],
    ['v1.28.15-dirty', 'v1.28.15'],
  ])('reads %s as release %s', (gitVersion, release) => {
    expect(parseServerVersion(gitVersion)?.release).toBe(release);
  });

  it.each(['', 'v1.37', '1.37.1', 'v1.37.1foo', 'latest', 'v1.37.1@sha256:0'])(
    'returns undefined for %j, which is not a version',
    (gitVersion) => {
      expect(parseServerVersion(gitVersion)).toBeUndefined();
    },
  );
});

describe('hasNativeSidecars()', () => {
  it.each([
    ['v1.28.15', false],
    ['v1.29.0', true],
    ['v1.37.1', true],
    ['v2.0.0', true],
  ])('returns for %s: %s', (gitVersion, expected) => {
    const version = parseServerVersion(gitVersion);
    expect(version && hasNativeSidecars(version)).toBe(expected);
  });
});
