import { expect } from 'vitest';
import { type Answer, startApi } from './api.ts';
import { NO_IMAGE } from './in-cluster.ts';
import { container, deployment, envNames, type Pod, pod, podSpec, statusOf } from './objects.ts';
import { count } from './podherald.ts';
import { test as suite } from './suite.ts';
import { until } from './until.ts';

/** kubelet takes its sync frequency, a minute unless set otherwise, to change a mounted ConfigMap. */
const CHANGE_SECONDS = 120;

/** podherald, containerd and kubelet each pass a line on. */
const LOG_SECONDS = 10;

const PROFILES = {
  changing: { env: { BEFORE: 'metadata.name' } },
  unchanged: { env: { TEAM: { value: 'storefront' } } },
  leaving: { env: { TEAM: { value: 'storefront' } } },
};

suite.override('place', 'the cluster');
suite.override('config', { profiles: PROFILES });
const test = suite
  .extend('api', { scope: 'file' }, async ({ place: _ }, { onCleanup }) => {
    const api = await startApi();
    onCleanup(api.close);
    return api;
  })
  .skipIf(NO_IMAGE);

test('a config changed through its ConfigMap comes into force while pods are created, and none of them fails', async ({
  namespace,
  podherald,
  api,
}) => {
  const path = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
  const asking = askingFor('changing');
  const answers: Answer[] = [];
  const create = async () => {
    const answer = await api.post(path, asking);
    answers.push(answer);
    return answer.code === 201 ? envNames((answer.body as Pod).spec).join() : answer.body.message;
  };
  expect(await create()).toBe('BEFORE');

  const changed = { ...PROFILES, changing: { env: { AFTER: 'metadata.name' } } };
  await podherald.configure({ profiles: changed });
  await until(CHANGE_SECONDS, create, (seen) => seen !== 'BEFORE');

  const later = await Promise.all(Array.from({ length: 50 }, create));
  expect(new Set(later)).toEqual(new Set(['AFTER']));
  expect(answers.filter(({ code }) => code !== 201)).toEqual([]);
  console.log(`${answers.length} pods were made while the config changed`);
});

test('a config at fault leaves the last good one in force, and shows in a metric and in the log', async ({
  namespace,
  podherald,
}) => {
  const faulty = { ...PROFILES, broken: { env: { MY_NAME: 'metadata.nam' } } };
  await podherald.configure({ profiles: faulty });
  await until(
    CHANGE_SECONDS,
    async () =>
      count(await podherald.metrics(), 'podherald_config_reloads_total', 'result="failure"'),
    (failures) => failures > 0,
  );

  const errors = await until(
    LOG_SECONDS,
    async () => (await podherald.log()).split('\n').filter((line) => line.includes('"faults"')),
    (lines) => lines.length > 0,
  );
  expect(errors.map((line) => JSON.parse(line).faults)).toEqual([
    [expect.stringMatching(/^\/config\/config\.yaml:1:\d+: .*metadata\.nam\b/)],
  ]);
  const { spec } = await namespace.create(askingFor('unchanged'), '--dry-run=server');
  expect(envNames(spec)).toEqual(['TEAM']);
});

test('pods whose profile has left the config are created again, and say what they lack', async ({
  namespace,
  podherald,
}) => {
  await namespace.apply(deployment('shop', { 'inject-metadata': 'leaving' }));
  await namespace.wait('deployment/shop', 'condition=Available');
  const [before] = await namespace.podsOf('app=shop');
  expect(before && envNames(before.spec)).toEqual(['TEAM']);

  const { leaving: _, ...remaining } = PROFILES;
  await podherald.configure({ profiles: remaining });
  /** Fails where the new pod does not start. */
  const recreate = async () => {
    const pods = ['pods', '--selector=app=shop'];
    await namespace.run(['delete', ...pods]);
    await namespace.run(['wait', ...pods, '--for=create']);
    await namespace.run(['wait', ...pods, '--for=condition=Ready', '--timeout=60s']);
    const [made] = await namespace.podsOf('app=shop');
    return made && { env: envNames(made.spec), told: statusOf(made).notInjected };
  };
  const after = await until(CHANGE_SECONDS, recreate, (made) => made?.env.length === 0);

  expect(after?.told).toEqual([
    {
      reason: 'unknown_profile',
      message: expect.stringContaining('no profile leaving is configured'),
    },
  ]);
});

function askingFor(profile: string): Pod {
  return pod(
    { name: 'asking', annotations: { 'inject-metadata': profile } },
    podSpec([container('app')]),
  );
}
