import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Json } from '../../../src/core/api/json.ts';
import type { Profile } from '../../../src/core/decision/profiles.ts';
import { sentenceOf } from '../../../src/core/decision/reasons.ts';
import { defaultRules, type Rules } from '../../../src/core/decision/rules.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';

const SHOP = { name: 'shop' };
const RULES = defaultRules('test');

function rulesWith(profile: Profile, name = 'default'): Rules {
  const metadata = { defaultProfile: name, path: '/etc/downward' };
  return { ...RULES, profiles: new Map([[name, profile]]), metadata };
}

function podWith(container: object, ...others: object[]): { [key: string]: Json } {
  const containers = [container, ...others] as Json[];
  return { metadata: { annotations: { 'inject-metadata': 'true' } }, spec: { containers } };
}

function told(pod: Json, rules: Rules): string[] {
  return mutate(pod, SHOP, rules).findings.map(sentenceOf);
}

const POD_NAME = { name: 'POD_NAME', source: { fieldRef: 'metadata.name' } };
const GREETING = { name: 'GREETING', source: { literal: 'hello $(POD_NAME)' } };
const MEMORY = { name: 'MEMORY', source: { resource: 'limits.memory', divisor: '1' } };

describe('environment', () => {
  it('comes before what the container has, in the order of the profile', () => {
    const pod = podWith({ name: 'app', env: [{ name: 'A', value: '$(POD_NAME)' }] });
    const after = applyStrictly(pod, mutate(pod, SHOP, RULES).operations) as never;
    const { env } = (after as { spec: { containers: [{ env: { name: string }[] }] } }).spec
      .containers[0];
    expect(env.map(({ name }) => name)).toEqual([
      'POD_NAME',
      'POD_NAMESPACE',
      'POD_IP',
      'NODE_NAME',
      'SERVICE_ACCOUNT',
      'CONTAINER_CPU_REQUEST_MILLICORES',
      'CONTAINER_MEMORY_LIMIT_KIBIBYTES',
      'A',
    ]);
  });

  it('tells of a literal whose reference the container sets later', () => {
    const pod = podWith({ name: 'app', env: [{ name: 'POD_NAME', value: 'x' }] });
    const rules = rulesWith({ env: [POD_NAME, GREETING], files: [] });
    expect(told(pod, rules)).toEqual([
      'container app already sets POD_NAME; its own values are kept',
      'container app: GREETING cannot expand $(POD_NAME), which its own env sets later',
    ]);
  });

  it('says nothing of it the second time', () => {
    const pod = podWith({ name: 'app' });
    const rules = rulesWith({ env: [POD_NAME, GREETING], files: [] });
    const after = applyStrictly(pod, mutate(pod, SHOP, rules).operations);
    expect(told(after, rules)).toEqual([]);
  });
});

describe('files', () => {
  const FIELDS: Profile = {
    env: [],
    files: [{ path: 'podName', source: { fieldRef: 'metadata.name' } }],
  };

  it('without resource items are one volume for all containers', () => {
    const pod = podWith({ name: 'a' }, { name: 'b' });
    const { operations, injected } = mutate(pod, SHOP, rulesWith(FIELDS));
    expect(injected).toEqual({ env: 0, volume: 1, ambassador: 0 });
    const mounts = operations.filter(({ path }) => path.endsWith('/volumeMounts'));
    expect(mounts.map(({ value }) => value)).toEqual([
      [{ name: 'downward', readOnly: true, mountPath: '/etc/downward' }],
      [{ name: 'downward', readOnly: true, mountPath: '/etc/downward' }],
    ]);
  });

  it('keep the plain volume name although the first container mounts something there', () => {
    const taken = { name: 'a', volumeMounts: [{ name: 'x', mountPath: '/etc/downward' }] };
    const { operations } = mutate(podWith(taken, { name: 'b' }), SHOP, rulesWith(FIELDS));
    expect(operations.find(({ path }) => path === '/spec/volumes')?.value).toMatchObject([
      { name: 'downward' },
    ]);
  });
});

describe('a limit that is not set', () => {
  const limitProfile: Profile = { env: [MEMORY], files: [] };

  it('is told of once in a pod, where another profile than default asks for it', () => {
    const pod = podWith({ name: 'a' }, { name: 'b' });
    expect(told(pod, rulesWith(limitProfile, 'go'))).toEqual([
      "container a has no limits.memory: MEMORY will show the node's allocatable amount",
    ]);
  });

  it('is not told of for the profile default', () => {
    expect(told(podWith({ name: 'a' }), RULES)).toEqual([]);
  });

  it('is not told of where the container or the pod has one', () => {
    const rules = rulesWith(limitProfile, 'go');
    const resources = { limits: { memory: '8Mi' } };
    expect(told(podWith({ name: 'a', resources }), rules)).toEqual([]);
    const pod = podWith({ name: 'a' });
    const whole = { ...pod, spec: { ...(pod['spec'] as object), resources } } as unknown as Json;
    expect(told(whole, rules)).toEqual([]);
  });

  it('is not told of for huge pages, which are 0 without one', () => {
    const source = { resource: 'limits.hugepages-2Mi', divisor: '1' };
    const rules = rulesWith({ env: [{ name: 'HUGE', source }], files: [] }, 'huge');
    expect(told(podWith({ name: 'a' }), rules)).toEqual([]);
  });
});

describe('the status annotation', () => {
  const statusOf = (pod: Json): unknown =>
    mutate(pod, SHOP, RULES).operations.find(({ path }) => path.endsWith('/podherald.dev~1status'))
      ?.value;

  function podWithAnnotations(bytes: number): Json {
    const pod = podWith({ name: 'app' });
    const annotations = { 'inject-metadata': 'true', filling: 'é'.repeat(bytes / 2) };
    return { ...pod, metadata: { annotations } };
  }

  it('says in one line which version injected what', () => {
    expect(statusOf(podWith({ name: 'app' }))).toBe(
      '{"version":"test","metadata":{"profiles":["default"],"path":"/etc/downward","containers":["app"]}}',
    );
  });

  // 262,144 bytes: `filling` and its text, `inject-metadata` and `true`, our key and 98 of text.
  const FULL = 262_144 - 7 - 15 - 4 - 20 - 98;

  it('is written as long as all annotations stay within 262,144 bytes', () => {
    expect(statusOf(podWithAnnotations(FULL))).toHaveLength(98);
  });

  it('is left out where it would not fit, and all else is injected', () => {
    const pod = podWithAnnotations(FULL + 2);
    expect(statusOf(pod)).toBeUndefined();
    expect(mutate(pod, SHOP, RULES).outcome).toBe('injected');
  });

  it('is no proof: a pod that only claims to be injected is injected', () => {
    const annotations = { 'inject-metadata': 'true', 'podherald.dev/status': '{"version":"test"}' };
    const pod = { ...podWith({ name: 'app' }), metadata: { annotations } };
    expect(mutate(pod, SHOP, RULES).outcome).toBe('injected');
  });
});

describe('a failure of podherald', () => {
  it('lets the pod through as it came', () => {
    const broken = { ...RULES, profiles: { keys: () => [], get: () => ({}) } } as unknown as Rules;
    const mutation = mutate(podWith({ name: 'app' }), SHOP, broken);
    expect(mutation).toMatchObject({
      outcome: 'failed_open',
      reason: 'unexpected_error',
      operations: [],
      error: expect.any(TypeError),
    });
  });

  it('includes a patch that cannot be proven', () => {
    const inherited = Object.create({ containers: [{ name: 'app' }] });
    const pod = { ...podWith({ name: 'app' }), spec: inherited };
    expect(mutate(pod, SHOP, RULES)).toMatchObject({
      outcome: 'failed_open',
      reason: 'patch_not_proven',
      operations: [],
    });
  });
});
