import { describe, expect, it } from 'vitest';
import { defaultConfig, forServer } from '../../src/config/compile.ts';
import { BUILT_IN_PROFILES } from '../../src/core/decision/profiles.ts';
import {
  BUILT_IN_VERSION,
  defaultRules,
  imageOf,
  type ServerVersion,
} from '../../src/core/decision/rules.ts';
import { compiled } from './configs.ts';

describe('the rules of a config', () => {
  it('are the default ones where it says nothing', () => {
    expect(compiled('').rules).toEqual(defaultRules('test'));
  });

  it('are what it says', () => {
    const { rules } = compiled(`annotationPrefix: a.example.com
onInvalid: warn
metadata: {defaultProfile: go, path: /etc/pod}
exempt: {namespaces: [a, b, a]}
`);

    expect(rules).toMatchObject({
      version: 'test',
      annotationPrefix: 'a.example.com/',
      onInvalid: 'warn',
      metadata: { defaultProfile: 'go', path: '/etc/pod' },
    });
    expect([...rules.exemptNamespaces]).toEqual(['a', 'b']);
  });

  it('have the built-in profiles and the operator’s own', () => {
    const { profiles } = compiled('profiles: {team: {env: {A: metadata.uid}}}').rules;

    expect([...profiles.keys()]).toEqual([...BUILT_IN_PROFILES.keys(), 'team']);
    expect(profiles.get('team')).toEqual({
      env: [{ name: 'A', source: { fieldRef: 'metadata.uid' } }],
      files: [],
    });
  });

  it('have the operator’s profile in place of the built-in one of that name', () => {
    const { profiles } = compiled('profiles: {default: {files: {uid: metadata.uid}}}').rules;

    expect(profiles.get('default')).toEqual({
      env: [],
      files: [{ path: 'uid', source: { fieldRef: 'metadata.uid' } }],
    });
  });

  it('may have a profile of the operator’s as the default one', () => {
    const { metadata } = compiled('profiles: {team: {}}\nmetadata: {defaultProfile: team}').rules;

    expect(metadata.defaultProfile).toBe('team');
  });
});

describe('the annotations of namespaces', () => {
  it('count, unless the config says otherwise', () => {
    expect(compiled('').namespaces.annotations).toBe(true);
    expect(compiled('namespaces: {annotations: false}').namespaces.annotations).toBe(false);
  });
});

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
