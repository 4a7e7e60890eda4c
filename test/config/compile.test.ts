import { describe, expect, it } from 'vitest';
import { defaultConfig, readsNamespaces, withServerVersion } from '../../src/config/compile.ts';
import { BUILT_IN_PROFILES } from '../../src/core/decision/profiles.ts';
import {
  BUILT_IN_VERSION,
  defaultRules,
  imageOf,
  type ServerVersion,
} from '../../src/core/decision/rules.ts';
import { compiled } from './configs.ts';

describe('the rules of a config', () => {
  it('are the default rules if the config is empty', () => {
    expect(compiled('{}').rules).toEqual(defaultRules('test'));
  });

  it('contain the settings of the config', () => {
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

  it('contain the built-in profiles and those of the config', () => {
    const { profiles } = compiled('profiles: {team: {env: {A: metadata.uid}}}').rules;

    expect([...profiles.keys()]).toEqual([...BUILT_IN_PROFILES.keys(), 'team']);
    expect(profiles.get('team')).toEqual({
      env: [{ name: 'A', source: { fieldRef: 'metadata.uid' } }],
      files: [],
    });
  });

  it('contain a profile of the config instead of the built-in profile of the same name', () => {
    const { profiles } = compiled('profiles: {default: {files: {uid: metadata.uid}}}').rules;

    expect(profiles.get('default')).toEqual({
      env: [],
      files: [{ path: 'uid', source: { fieldRef: 'metadata.uid' } }],
    });
  });

  it('can have a profile of the config as the default profile', () => {
    const { metadata } = compiled('profiles: {team: {}}\nmetadata: {defaultProfile: team}').rules;

    expect(metadata.defaultProfile).toBe('team');
  });
});

describe('the annotations of namespaces', () => {
  it('are used unless the config disables them', () => {
    expect(compiled('{}').namespaces.annotations).toBe(true);
    expect(compiled('namespaces: {annotations: false}').namespaces.annotations).toBe(false);
  });
});

describe('the labels of namespaces that podherald reads', () => {
  it('are those that the config lists or that its profiles use', () => {
    const profile = "{A: 'namespace.labels[''a'']', B: 'cluster.name | namespace.labels[''b'']'}";
    const config = compiled(`profiles: {team: {env: ${profile}}}\nnamespaces: {labels: [c]}`);

    expect([...config.rules.namespaceLabels].sort()).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['{}', true],
    ['namespaces: {annotations: false}', false],
    ['namespaces: {annotations: false, labels: [team]}', true],
  ])('and annotations decide whether podherald reads namespaces: %s', (text, isRead) => {
    expect(readsNamespaces(compiled(text))).toBe(isRead);
  });
});

const V36: ServerVersion = { major: 1, minor: 36, release: 'v1.36.2' };

it('uses the built-in version until the version of the API server is known', () => {
  let version: ServerVersion | undefined;
  const source = withServerVersion(defaultConfig('test'), () => version);
  const image = (): string => imageOf(source.get().rules.ambassador);

  expect(image()).toBe(`registry.k8s.io/kubectl:${BUILT_IN_VERSION.release}`);
  version = V36;
  expect(image()).toBe('registry.k8s.io/kubectl:v1.36.2');
});

it('returns the same rules until the config or the version changes', () => {
  const source = withServerVersion(defaultConfig('test'), () => V36);
  expect(source.get()).toBe(source.get());
});
