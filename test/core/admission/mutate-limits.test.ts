import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Mutation } from '../../../src/core/admission/mutation.ts';
import { respond } from '../../../src/core/admission/response.ts';
import type { Json, JsonObject } from '../../../src/core/api/json.ts';
import { defaultRules, type Rules } from '../../../src/core/decision/rules.ts';
import { requestFor } from '../../support/cases.ts';

const RULES = defaultRules('test');
const PREFIX = 'podherald.dev/';

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function podWith(
  annotations: Readonly<Record<string, string>>,
  containers: readonly JsonObject[],
  spec: JsonObject = {},
): Json {
  return { metadata: { name: 'web', annotations }, spec: { containers, ...spec } };
}

const app = (index: number): JsonObject => ({ name: `app-${index}` });

/** Reviews a pod and writes the response, within a second of CPU and some MiB. */
function reviewed(pod: Json, rules: Rules = RULES): Mutation {
  const before = process.cpuUsage();
  const mutation = mutate(pod, { name: 'shop' }, rules);
  const text = JSON.stringify(respond(requestFor(pod), mutation));
  const { user } = process.cpuUsage(before);
  expect(user / 1e6).toBeLessThan(1);
  expect(text.length).toBeLessThan(4 * 1024 * 1024);
  expect(mutation.outcome).not.toBe('failed_open');
  return mutation;
}

describe('a pod that would become too large', () => {
  it('is skipped if a few KiB of items are requested for hundreds of containers', () => {
    const items = times(3000, (index) => `A${index}=metadata.uid`).join(',');
    const pod = podWith({ [`${PREFIX}metadata-env`]: items }, times(300, app));

    expect(reviewed(pod)).toMatchObject({
      outcome: 'skipped',
      reason: 'too_large',
      operations: [],
      findings: [{ reason: 'too_large' }],
    });
  });

  it('is skipped if it has ten thousand containers', () => {
    const pod = podWith({ 'inject-metadata': 'true' }, times(10_000, app));

    expect(reviewed(pod)).toMatchObject({ outcome: 'skipped', reason: 'too_large' });
  });

  it('is skipped if only its own size leaves no room', () => {
    const annotations = { 'inject-metadata': 'true' };
    const filling = { name: 'FILLING', value: 'x'.repeat(1.5 * 1024 * 1024 - 1000) };
    const pod = podWith(annotations, [{ name: 'app', env: [filling] }]);
    const bytes = JSON.stringify(pod).length;

    expect(mutate(pod, { name: 'shop' }, RULES, bytes)).toMatchObject({ reason: 'too_large' });
  });

  it('gets a warning that says why nothing was injected', () => {
    const pod = podWith({ 'inject-metadata': 'true' }, times(10_000, app));

    expect(respond(requestFor(pod), mutate(pod, { name: 'shop' }, RULES)).response).toMatchObject({
      allowed: true,
      warnings: [expect.stringContaining('1.5 MiB')],
    });
  });

  it('is not a pod with a hundred containers, which is injected', () => {
    const annotations = { 'inject-metadata': 'true', 'inject-ambassador': 'true' };

    expect(reviewed(podWith(annotations, times(100, app))).outcome).toBe('injected');
  });
});

describe('a pod that makes much work', () => {
  it('with four thousand containers of one name is left for the API server to reject', () => {
    const pod = podWith(
      { 'inject-metadata': 'true' },
      times(4000, () => ({ name: 'app' })),
    );

    expect(reviewed(pod)).toMatchObject({ outcome: 'skipped', reason: 'malformed_pod' });
  });

  it('with an init container named like a container is left for the API server to reject', () => {
    const pod = podWith({ 'inject-metadata': 'true' }, [app(1)], { initContainers: [app(1)] });

    expect(reviewed(pod).findings).toMatchObject([
      { slots: { place: 'spec.initContainers[0].name is not unique' } },
    ]);
  });

  it('with 500 downwardAPI volumes and 600 containers is reviewed within a second', () => {
    const volumes = times(500, (index) => ({
      name: `v${index}`,
      downwardAPI: { items: [{ path: `p${index}`, fieldRef: { fieldPath: 'metadata.uid' } }] },
    }));
    const annotations = { [`${PREFIX}metadata-files`]: 'cpu=limits.cpu' };

    expect(reviewed(podWith(annotations, times(600, app), { volumes })).outcome).toBe('injected');
  });

  it('with twenty thousand profiles that do not exist gets a few suggestions and their number', () => {
    const names = times(20_000, (index) => `p${index}`).join(',');
    const { findings } = reviewed(podWith({ 'inject-metadata': names }, [app(1)]));

    expect(findings).toHaveLength(20);
    expect(findings.at(-1)?.slots['profile']).toBe('p19 (and 19980 others)');
  });

  it('with thirty thousand unknown container names is denied in few words', () => {
    const names = times(30_000, (index) => `c${index}`).join(',');
    const annotations = { 'inject-metadata': 'true', [`${PREFIX}metadata-containers`]: names };
    const { outcome, findings } = reviewed(podWith(annotations, times(1000, app)));

    expect(outcome).toBe('denied');
    expect(findings.at(-1)).toMatchObject({ reason: 'more_faults', slots: { count: '29950' } });
  });

  it('with thirteen thousand files is reviewed within a second', () => {
    const files = times(13_000, (index) => `f${index}=metadata.uid`).join(',');

    expect(reviewed(podWith({ [`${PREFIX}metadata-files`]: files }, [app(1)])).outcome).toBe(
      'injected',
    );
  });

  it('with 120,000 invalid items in one annotation is denied with the first ones and their number', () => {
    const annotations = { [`${PREFIX}metadata-env`]: 'a,'.repeat(120_000) };
    const { outcome, findings } = reviewed(podWith(annotations, [app(1)]));

    expect(outcome).toBe('denied');
    expect(findings).toHaveLength(51);
  });

  it('with hundreds of users in a row still gets an ambassador of a free user', () => {
    const containers = times(800, (index) => ({
      ...app(index),
      securityContext: { runAsUser: 60_871 + index },
    }));
    const pod = podWith({ 'inject-ambassador': 'true' }, containers, { hostPID: true });

    expect(reviewed(pod).injection.ambassador?.container.securityContext).toMatchObject({
      runAsUser: 60_871 + 800,
    });
  });

  it('with more than 256 KiB of annotations is left for the API server to reject', () => {
    const annotations = Object.fromEntries(times(65_000, (index) => [`k${index}`, '']));

    expect(reviewed(podWith({ ...annotations, big: 'x'.repeat(262_144) }, [app(1)])).reason).toBe(
      'malformed_pod',
    );
  });

  it('with 30,000 short annotation keys is reviewed', () => {
    const annotations = Object.fromEntries(times(30_000, (index) => [`k${index}`, '']));
    const pod = podWith({ ...annotations, 'inject-metadata': 'true' }, [app(1)]);

    expect(reviewed(pod).outcome).toBe('injected');
  });

  it('with ten thousand unknown keys of podherald gets a few warnings and their number', () => {
    const annotations = Object.fromEntries(times(9000, (index) => [`${PREFIX}k${index}`, '']));
    const { findings } = reviewed(podWith(annotations, [app(1)]));

    expect(findings.filter(({ reason }) => reason === 'unknown_key')).toHaveLength(20);
  });

  it('gets no more warnings than the API server shows', () => {
    const containers = times(60, (index) => ({
      ...app(index),
      env: [{ name: 'POD_NAME', value: 'x' }],
    }));
    const pod = podWith({ 'inject-metadata': 'true' }, containers);
    const { warnings = [] } = respond(requestFor(pod), reviewed(pod)).response;

    expect(warnings).toHaveLength(41);
    expect(warnings.at(-1)).toBe('podherald: 20 more warnings');
  });

  it('with a chain of references longer than the call stack is deep is reviewed', () => {
    const env = times(20_000, (index) => ({
      name: `A${index}`,
      source: { literal: `$(A${index + 1})` },
    }));
    const rules = { ...RULES, profiles: new Map([['default', { env, files: [] }]]) };

    expect(reviewed(podWith({ 'inject-metadata': 'true' }, [app(1)]), rules).outcome).toBe(
      'injected',
    );
  });
});

describe('a pod with values of other types than the API server accepts', () => {
  const odd = { toString: 1 };

  it.each<[string, Json]>([
    ['a limit', podWith({}, [{ name: 'a', resources: { limits: { cpu: odd } } }])],
    ['a request', podWith({}, [{ name: 'a', resources: { requests: { cpu: odd } } }])],
    ['a pod-level limit', podWith({}, [app(1)], { resources: { limits: { cpu: odd } } })],
    ['an argument', podWith({}, [{ name: 'ambassador', args: [odd] }])],
    ['arguments', podWith({}, [{ name: 'ambassador', args: odd }])],
    [
      'the volume of a mount',
      podWith({}, [{ name: 'a', volumeMounts: [{ mountPath: '/x', name: 1 }] }]),
    ],
    [
      'the path of a file',
      podWith({}, [app(1)], { volumes: [{ name: 'v', downwardAPI: { items: [{ path: odd }] } }] }),
    ],
    [
      'the divisor of a file',
      podWith({}, [app(1)], {
        volumes: [
          {
            name: 'v',
            downwardAPI: { items: [{ path: 'p', resourceFieldRef: { divisor: odd } }] },
          },
        ],
      }),
    ],
  ])('such as %s is left for the API server to reject', (_, pod) => {
    const requesting = { 'inject-metadata': 'true', 'inject-ambassador': 'true' };
    const { metadata, ...rest } = pod as { readonly metadata: JsonObject; readonly spec: Json };

    expect(reviewed({ ...rest, metadata: { ...metadata, annotations: requesting } })).toMatchObject(
      {
        outcome: 'skipped',
        reason: 'malformed_pod',
      },
    );
  });
});
