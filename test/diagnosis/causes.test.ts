import { describe, expect, it } from 'vitest';
import { type Cause, finding } from '../../src/core/decision/findings.ts';
import { type CauseContext, causeOf } from '../../src/diagnosis/causes.ts';

const TEMPLATE = { spec: { containers: [{ name: 'app' }], initContainers: [{ name: 'init' }] } };

const WITHOUT_LOCATIONS: CauseContext = {
  template: TEMPLATE,
  root: [],
  namespace: 'shop',
  locations: { pod: () => undefined, namespace: () => undefined, config: () => undefined },
};

const WITH_LOCATIONS: CauseContext = {
  ...WITHOUT_LOCATIONS,
  root: ['spec', 'template'],
  locations: {
    pod: () => 'web.yaml:1',
    namespace: (name) => `${name}.yaml:2`,
    config: () => 'config.yaml:3',
  },
};

function textOf(causes: readonly Cause[], context = WITHOUT_LOCATIONS): string | undefined {
  return causeOf(finding('windows', {}, ...causes), context);
}

describe('causeOf', () => {
  it.each<[string, Cause]>([
    ['annotation inject-metadata', { kind: 'annotation', key: 'inject-metadata' }],
    ['annotation a of namespace shop', { kind: 'annotation', key: 'a', namespace: 'shop' }],
    ['spec.hostNetwork', { kind: 'field', path: ['spec', 'hostNetwork'] }],
    ['the pod', { kind: 'field', path: [] }],
    ['container app', { kind: 'field', path: ['spec', 'containers', 0] }],
    ['env of container init', { kind: 'field', path: ['spec', 'initContainers', 0, 'env'] }],
    ['spec.containers[0].env[1]', { kind: 'field', path: ['spec', 'containers', 0, 'env', 1] }],
    ['spec.containers[7]', { kind: 'field', path: ['spec', 'containers', 7] }],
    ['ambassador.port of the config', { kind: 'config', path: ['ambassador', 'port'] }],
    ['namespace shop', { kind: 'namespace', name: 'shop' }],
    ['automountServiceAccountToken of the ServiceAccount', { kind: 'service_account' }],
    ['the version of the API server', { kind: 'server' }],
  ])('names %s', (text, cause) => {
    expect(textOf([cause])).toBe(text);
  });

  it.each<[string, Cause]>([
    ['annotation a (web.yaml:1)', { kind: 'annotation', key: 'a' }],
    ['annotation a of namespace x (x.yaml:2)', { kind: 'annotation', key: 'a', namespace: 'x' }],
    ['spec.template.spec.os (web.yaml:1)', { kind: 'field', path: ['spec', 'os'] }],
    ['container app (web.yaml:1)', { kind: 'field', path: ['spec', 'containers', 0] }],
    ['profiles of the config (config.yaml:3)', { kind: 'config', path: ['profiles'] }],
  ])('adds the location if it is known: %s', (text, cause) => {
    expect(textOf([cause], WITH_LOCATIONS)).toBe(text);
  });

  it('joins all causes of a finding', () => {
    expect(textOf([{ kind: 'server' }, { kind: 'namespace', name: 'shop' }])).toBe(
      'the version of the API server; namespace shop',
    );
  });

  it('says where nothing was requested', () => {
    expect(causeOf(finding('not_requested', {}), WITHOUT_LOCATIONS)).toBe(
      'neither the pod nor namespace shop has a valid annotation that requests an injection',
    );
  });

  it('names podherald itself as the cause of its own failures', () => {
    expect(causeOf(finding('unexpected_error', {}), WITHOUT_LOCATIONS)).toBe(
      'an error in podherald itself',
    );
  });

  it('has no text for a finding without causes', () => {
    expect(textOf([])).toBeUndefined();
  });
});
