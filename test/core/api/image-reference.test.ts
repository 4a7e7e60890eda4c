import { describe, expect, it } from 'vitest';
import { imageTag } from '../../../src/core/api/image-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('imageTag()', () => {
  it.each([
    ['busybox', 'latest'],
    ['busybox:1.37', '1.37'],
    ['registry.example:5000/shop/web', 'latest'],
    ['registry.example:5000/shop/web:v1.2.3', 'v1.2.3'],
    ['localhost:5000/web:1', '1'],
    ['[2001:db8::1]:5000/web:1', '1'],
    [`busybox@${DIGEST}`, DIGEST],
    [`registry.example:5000/web@${DIGEST}`, DIGEST],
    [`registry.example:5000/web:1.2@${DIGEST}`, '1.2'],
    ['web:5000/app', 'latest'],
  ])('of %s is %s', (image, tag) => {
    expect(imageTag(image)).toBe(tag);
  });

  it.each([
    [''],
    ['Web:1'],
    ['web:'],
    ['web:-1'],
    ['web@sha256:abc'],
    ['web:$(TAG)'],
    ['web: 1'],
    ['https://registry.example/web:1'],
    [`web:${'1'.repeat(129)}`],
    ['a'.repeat(1025)],
    [`${'a-'.repeat(500)}!`],
  ])('of %s is not known', (image) => {
    expect(imageTag(image)).toBeUndefined();
  });
});
