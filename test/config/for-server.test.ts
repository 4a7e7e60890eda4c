import { expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/default-config.ts';
import { forServer } from '../../src/config/for-server.ts';
import { BUILT_IN_VERSION, imageOf, type ServerVersion } from '../../src/core/decision/rules.ts';

const V36: ServerVersion = { major: 1, minor: 36, release: 'v1.36.2' };

it('takes the built-in version until the API server has told its own', () => {
  let version: ServerVersion | undefined;
  const source = forServer(defaultConfig('test'), () => version);
  const image = (): string => imageOf(source.get().rules.ambassador);

  expect(image()).toBe(`registry.k8s.io/kubectl:${BUILT_IN_VERSION.release}`);
  version = V36;
  expect(image()).toBe('registry.k8s.io/kubectl:v1.36.2');
});

it('makes new rules only when something has changed', () => {
  const source = forServer(defaultConfig('test'), () => V36);
  expect(source.get()).toBe(source.get());
});
