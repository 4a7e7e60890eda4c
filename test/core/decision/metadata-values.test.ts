import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../../src/core/decision/findings.ts';
import {
  isProfileName,
  mountPathFault,
  parseContainerSelection,
  parseMetadataSwitch,
  selects,
} from '../../../src/core/decision/metadata-values.ts';
import { RULES } from '../pods.ts';

const CONTEXT = {
  annotation: { kind: 'annotation', key: 'key' },
  profiles: RULES.profiles,
  defaultProfile: RULES.metadata.defaultProfile,
  containers: ['app', 'web'],
} as const;

describe('parseMetadataSwitch()', () => {
  const EXPECTED = 'expected true, false, or profile names separated by commas';

  it.each([
    ['true', { kind: 'default' }],
    [' TRUE\n', { kind: 'default' }],
    ['false', { kind: 'off' }],
    ['False', { kind: 'off' }],
    ['otel', { kind: 'profiles', names: ['otel'] }],
    [' default , otel', { kind: 'profiles', names: ['default', 'otel'] }],
    ['not-configured', { kind: 'profiles', names: ['not-configured'] }],
  ])('reads %j', (text, value) => {
    expect(parseMetadataSwitch(text, CONTEXT)).toEqual({ value, faults: [] });
  });

  it.each([
    ['', `invalid value "": ${EXPECTED}`],
    ['  ', `invalid value "": ${EXPECTED}`],
    ['yes', `invalid value "yes": ${EXPECTED}; did you mean true?`],
    ['On', `invalid value "On": ${EXPECTED}; did you mean true?`],
    ['1', `invalid value "1": ${EXPECTED}; did you mean true?`],
    ['disabled', `invalid value "disabled": ${EXPECTED}; did you mean false?`],
    ['true,otel', `invalid value "true": ${EXPECTED}; write default,otel`],
    ['otel,YES,default', `invalid value "YES": ${EXPECTED}; write otel,default`],
    ['otel,false', `invalid value "false": ${EXPECTED}; write false alone, or only profile names`],
    ['otel,', `invalid value "": ${EXPECTED}`],
    ['Default', `invalid value "Default": ${EXPECTED}; did you mean default?`],
    ['default;otel', `invalid value "default;otel": ${EXPECTED}`],
    [
      'A=metadata.uid',
      `invalid value "A=metadata.uid": ${EXPECTED}; items belong in metadata-env or metadata-files`,
    ],
    ['otel,default,otel', '"otel" is listed twice'],
  ])('rejects %j and names the invalid piece', (text, sentence) => {
    const { value, faults } = parseMetadataSwitch(text, CONTEXT);

    expect(value).toBeUndefined();
    expect(faults.map(sentenceOf)).toEqual([`key: ${sentence}`]);
  });

  it('reports every invalid piece', () => {
    expect(parseMetadataSwitch('yes,no', CONTEXT).faults).toHaveLength(2);
  });
});

describe('isProfileName()', () => {
  it('accepts lower-case names with dashes and digits', () => {
    const names = ['default', 'otel', 'my-profile-2'];
    expect(names.filter((name) => !isProfileName(name))).toEqual([]);
  });

  it('rejects words that mean yes or no', () => {
    const words = ['true', 'false', 'yes', 'no', 'on', 'off', '1', '0', 'none', 'enabled'];
    expect(words.filter(isProfileName)).toEqual([]);
  });
});

describe('parseContainerSelection()', () => {
  it.each([
    ['app', ['app']],
    [' app , web ', ['app', 'web']],
    ['!app', ['web']],
    ['! app, !nobody', ['web']],
  ])('reads %j, which selects %j of the containers app and web', (text, selected) => {
    const { value, faults } = parseContainerSelection(text, CONTEXT);
    expect(faults).toEqual([]);
    expect(['app', 'web'].filter((name) => value && selects(value, name))).toEqual(selected);
  });

  it.each([
    ['', 'key: invalid value "": expected container names separated by commas'],
    [
      'app,!web',
      'key: invalid value "app,!web": expected either names to include or !names to exclude, not both',
    ],
    ['app,app', 'key: "app" is listed twice'],
    ['ap', 'key: the pod has no container "ap"; did you mean app?'],
    [
      'database',
      'key: the pod has no container "database"; the containers of the pod are app, web',
    ],
    ['App', 'key: invalid value "App": expected container names separated by commas'],
  ])('rejects %j and says what was expected', (text, sentence) => {
    expect(parseContainerSelection(text, CONTEXT).faults.map(sentenceOf)).toEqual([sentence]);
  });
});

describe('mountPathFault()', () => {
  it.each([
    ...[
      '/etc/downward',
      '/dev/x',
      '/etc/x',
      '/process',
      '/etc/hosts.d',
      '/usr/share/podinfo',
      '/run/podinfo',
    ],
    ...[
      '/var/run/podinfo',
      '/var/lib/podinfo',
      '/opt/podinfo',
      '/home/app',
      '/tmp/podinfo',
      '/podinfo',
      '/data',
    ],
    '/var/run/secrets/podinfo',
  ])('accepts the path %j', (path) => {
    expect(mountPathFault(path)).toBeUndefined();
  });

  it.each([
    '/',
    '',
    'etc',
    '/etc/',
    '/etc//x',
    '/etc/./x',
    '/etc/../x',
    '/etc:x',
    '/etc/\u0000',
    '/etc/a\nb',
    `/${'x'.repeat(256)}`,
    `/${'ü'.repeat(128)}`,
    '/x'.repeat(600),
    '/proc',
    '/proc/x',
    '/sys/x',
    '/dev',
    ...['/bin', '/usr', '/lib', '/run', '/tmp', '/var/run', '/usr/local/bin', '/etc/ssl/certs'],
    ...[
      '/etc/hosts',
      '/etc/hosts/x',
      '/etc/resolv.conf',
      '/etc/passwd',
      '/dev/shm',
      '/dev/termination-log',
    ],
    ...['/run/secrets', '/var/run/secrets', '/run/secrets/kubernetes.io'],
    ...[
      '/run/secrets/kubernetes.io/serviceaccount',
      '/var/run/secrets/kubernetes.io/serviceaccount/x',
    ],
  ])('rejects the path %j', (path) => {
    expect(mountPathFault(path)).toMatch(/^expected /);
  });
});
