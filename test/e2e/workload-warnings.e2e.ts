import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from './installation.ts';
import { Namespace } from './namespace.ts';
import { container, type KubeObject, podSpec } from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { until } from './until.ts';

const MISPLACED = { 'inject-metadata': 'true' };

interface Annotated {
  readonly own?: object;
  readonly ofTemplate?: object;
  readonly pod?: object;
}

/** A workload of each kind that the webhook covers. */
function workload(kind: string, name: string, { own, ofTemplate, pod }: Annotated): KubeObject {
  const labels = { app: name };
  const isJob = kind === 'Job' || kind === 'CronJob';
  const template = {
    metadata: { labels, annotations: ofTemplate },
    spec: podSpec([container('app')], { ...(isJob && { restartPolicy: 'Never' }), ...pod }),
  };
  const selected = { selector: { matchLabels: labels }, template, replicas: 0 };
  const specs: Readonly<Record<string, [apiVersion: string, spec: object]>> = {
    Deployment: ['apps/v1', selected],
    StatefulSet: ['apps/v1', { ...selected, serviceName: name }],
    ReplicaSet: ['apps/v1', selected],
    DaemonSet: ['apps/v1', { selector: selected.selector, template }],
    ReplicationController: ['v1', { selector: labels, template, replicas: 0 }],
    Job: ['batch/v1', { suspend: true, template }],
    CronJob: ['batch/v1', { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } }],
  };
  const [apiVersion, spec] = specs[kind] ?? ['', {}];
  return {
    apiVersion,
    kind,
    metadata: { name, ...{ annotations: own } },
    ...{ spec },
  } as KubeObject;
}

const KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
];

describe.skipIf(NO_IMAGE)('whoever applies a workload or a Namespace', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.apply(['--replicas', '1']);
    await installation.ready();
    await installation.reached(namespace);
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test.each(KINDS)('is warned about a %s with an annotation in the wrong place', async (kind) => {
    const name = `misplaced-${kind.toLowerCase()}`;
    const { code, stderr } = await apply(workload(kind, name, { own: MISPLACED }));

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        `Warning: podherald: inject-metadata on the ${kind} has no effect; set it in spec\\.\\S*template\\.metadata\\.annotations`,
      ),
    });
  });

  test.each([
    [
      'would be denied',
      { ofTemplate: { 'inject-metadata': 'yes' } },
      /its pods would be denied: inject-metadata/,
    ],
    [
      'get no ambassador',
      { ofTemplate: { 'inject-ambassador': 'true' }, pod: { hostNetwork: true } },
      /no ambassador: the pod uses hostNetwork/,
    ],
    [
      'have a misspelt key',
      { ofTemplate: { inject_metadata: 'true' } },
      /did you mean inject-metadata\?/,
    ],
  ])('is warned about a Deployment whose pods %s', async (_title, parts, warning) => {
    const { code, stderr } = await apply(workload('Deployment', 'faulty', parts));

    expect(code).toBe(0);
    expect(stderr).toMatch(warning);
  });

  /** CEL selects the objects, so the API server's regular expressions decide about each of these. */
  test.each([
    ['inejct-metadata', 'inject-metadata'],
    ['injectMetadata', 'inject-metadata'],
    ['INJECT.AMBASSADOR', 'inject-ambassador'],
    ['nject-ambassador', 'inject-ambassador'],
    ['metadata_env', 'podherald.dev/metadata-env'],
    ['podhearld.dev/metadata-env', 'podherald.dev/metadata-env'],
    ['podherald.io/ambasador_prt', 'podherald.dev/ambassador-port'],
  ])('is warned about %s', async (key, meant) => {
    const { code, stderr } = await apply(
      workload('Deployment', 'misspelt', { ofTemplate: { [key]: 'true' } }),
    );

    expect(code).toBe(0);
    expect(stderr).toContain(`did you mean ${meant}?`);
  });

  test('is warned about a Namespace with a misspelt default', async () => {
    const { code, stderr } = await namespace.try([
      'annotate',
      `namespace/${namespace.name}`,
      'inject-metdata=true',
    ]);

    await namespace.annotate('inject-metdata-');

    expect(code).toBe(0);
    expect(stderr).toMatch(/inject-metdata is not an annotation.*did you mean inject-metadata\?/);
  });

  test('is not warned about a good Deployment, nor when its replicas or pods change', async () => {
    const good = workload('Deployment', 'good', { ofTemplate: MISPLACED });
    const { code, stderr } = await apply(good);
    const before = await counted();
    await namespace.run(['scale', 'deployment/good', '--replicas=1']);
    await namespace.wait('deployment/good', 'condition=Available');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await counted()).toBe(before);
  });

  test('can still apply a Deployment while podherald is down', async () => {
    await installation.home.run(['scale', 'deployment/podherald', '--replicas=0']);
    await until(
      60,
      () => installation.podNames(),
      (names) => names.length === 0,
    );
    const { code } = await apply(workload('Deployment', 'unwarned', { own: MISPLACED }));

    expect(code).toBe(0);
  });

  function apply(manifest: KubeObject) {
    return namespace.try(['apply', '-f', '-'], JSON.stringify(manifest));
  }

  /** How many workloads podherald has been asked about. */
  async function counted(): Promise<number> {
    const [pod = ''] = await installation.podNames();
    const metrics = await installation.metrics(pod);
    const values = metrics.matchAll(/^podherald_workload_reviews_total\{.*\} (\d+)$/gm);
    return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
  }
});
