import { expect } from 'vitest';
import { type ApiResponse, startApi } from './kubectl.ts';
import { container, deployment, envNames, type Pod, pod, podSpec, statusOf } from './objects.ts';
import { count } from './podherald.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { test as suite } from './suite.ts';
import { until } from './until.ts';

/** Time for kubelet to update a mounted ConfigMap: its sync frequency, by default a minute. */
const CHANGE_SECONDS = 120;

/** Time for a log line to pass through podherald, containerd and kubelet. */
const LOG_SECONDS = 10;

const PROFILES = {
  changing: { env: { BEFORE: 'metadata.name' } },
  unchanged: { env: { TEAM: { value: 'storefront' } } },
  removed: { env: { TEAM: { value: 'storefront' } } },
};

suite.override('runsIn', 'pod');
suite.override('config', { profiles: PROFILES });
const test = suite
  .extend('api', { scope: 'file' }, async ({ runsIn: _ }, { onCleanup }) => {
    const api = await startApi();
    onCleanup(api.close);
    return api;
  })
  .skipIf(NO_IMAGE);

test('a changed ConfigMap takes effect while pods are created, and no create fails', async ({
  namespace,
  podherald,
  api,
}) => {
  const path = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
  const requesting = requestingProfile('changing');
  const responses: ApiResponse[] = [];
  const create = async () => {
    const response = await api.post(path, requesting);
    responses.push(response);
    const { code, body } = response;
    return code === 201 ? envNames((body as Pod).spec).join() : body.message;
  };
  expect(await create()).toBe('BEFORE');

  const changed = { ...PROFILES, changing: { env: { AFTER: 'metadata.name' } } };
  await podherald.configure({ profiles: changed });
  await until(CHANGE_SECONDS, create, (seen) => seen !== 'BEFORE');

  const later = await Promise.all(Array.from({ length: 50 }, create));
  expect(new Set(later)).toEqual(new Set(['AFTER']));
  expect(responses.filter(({ code }) => code !== 201)).toEqual([]);
  console.log(`${responses.length} pods were created while the config changed`);
});

test('an invalid config does not replace the current one, and is reported in a metric and in the log', async ({
  namespace,
  podherald,
}) => {
  const invalid = { ...PROFILES, broken: { env: { MY_NAME: 'metadata.nam' } } };
  await podherald.configure({ profiles: invalid });
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
  const { spec } = await namespace.create(requestingProfile('unchanged'), '--dry-run=server');
  expect(envNames(spec)).toEqual(['TEAM']);
});

test('pods whose profile was removed from the config are re-created, and their status shows what is missing', async ({
  namespace,
  podherald,
}) => {
  await namespace.apply(deployment('shop', { 'inject-metadata': 'removed' }));
  await namespace.wait('deployment/shop', 'condition=Available');
  const [original] = await namespace.podsOf('app=shop');
  expect(original && envNames(original.spec)).toEqual(['TEAM']);

  const { removed: _, ...remaining } = PROFILES;
  await podherald.configure({ profiles: remaining });
  /** Throws if the new pod does not start. */
  const recreate = async () => {
    const pods = ['pods', '--selector=app=shop'];
    await namespace.run(['delete', ...pods]);
    await namespace.run(['wait', ...pods, '--for=create']);
    await namespace.run(['wait', ...pods, '--for=condition=Ready', '--timeout=60s']);
    const [created] = await namespace.podsOf('app=shop');
    return created && { env: envNames(created.spec), missing: statusOf(created).notInjected };
  };
  const last = await until(CHANGE_SECONDS, recreate, (created) => created?.env.length === 0);

  expect(last?.missing).toEqual([
    {
      reason: 'unknown_profile',
      message: expect.stringContaining('the config has no profile removed'),
    },
  ]);
});

function requestingProfile(profile: string): Pod {
  return pod(
    { name: 'requesting', annotations: { 'inject-metadata': profile } },
    podSpec([container('app')]),
  );
}
