import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { type Answer, type Api, startApi } from './api.ts';
import { arbitraryAnnotations, tcpPorts } from './arbitrary-annotations.ts';
import { arbitrarySpec } from './arbitrary-spec.ts';
import type { Namespace } from './namespace.ts';
import { container, type Pod, type PodSpec, pod, podSpec, withoutServerFields } from './objects.ts';
import { countReviews } from './podherald.ts';
import { test } from './suite.ts';
import { until } from './until.ts';

const PODS = 500;
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);

const arbitraryPod = arbitrarySpec().chain((spec) => {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const names = containers.map(({ name }) => name);
  const ports = getsNone(spec, names) ? [] : containers.flatMap(tcpPorts);
  return arbitraryAnnotations(names, ports).map(({ annotations, faults }) => ({
    pod: pod({ name: 'generated', labels: { app: 'a' }, annotations }, spec),
    faults,
  }));
});

/** Whether no ambassador comes that could want a port, whatever the annotations say. */
function getsNone({ hostNetwork, os, nodeSelector }: PodSpec, names: readonly string[]): boolean {
  const isWindows = os !== undefined || nodeSelector !== undefined;
  const isTaken = ['ambassador', 'podherald-ambassador'].every((name) => names.includes(name));
  return hostNetwork === true || isWindows || isTaken;
}

/** What fills the resources of containers that say nothing of them, the ambassador's too. */
const LIMIT_RANGE = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'defaults' },
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '500m', memory: '256Mi' },
        defaultRequest: { cpu: '50m', memory: '64Mi' },
      },
    ],
  },
};

test.for([
  ['of generated pods', []],
  ['where a LimitRange fills in resources', [LIMIT_RANGE]],
] as const)(
  '%s, those that the API server accepts bare it accepts injected, and denied are only faulty ones',
  async ([, manifests], { makeNamespace, makeBareNamespace, podherald, onTestFinished }) => {
    const [bare, ours] = [await makeBareNamespace(), await makeNamespace()];
    const api = await startApi();
    onTestFinished(api.close);
    for (const manifest of manifests) {
      await Promise.all([bare, ours].map((namespace) => limit(api, namespace, manifest)));
    }
    const counts = { accepted: 0, refused: 0, denied: 0, ambassadors: 0 };

    const holds = fc.asyncProperty(arbitraryPod, async (generated) => {
      const [without, withOurs] = await Promise.all([
        create(api, bare, generated.pod),
        create(api, ours, generated.pod),
      ]);
      const fate = fateOf(withOurs);
      const isFaulty = Object.keys(generated.faults).length > 0;
      expect(fate, explain(withOurs)).toBe(isFaulty ? 'denied' : fateOf(without));
      expect(faultsTold(withOurs), explain(withOurs)).toEqual(generated.faults);
      counts[fate] += 1;
      if (fate !== 'accepted') return;
      if (hasAmbassador(withOurs.body as Pod)) counts.ambassadors += 1;
      expect(reservation(withOurs, generated.pod), explain(withOurs)).toEqual(
        reservation(without, generated.pod),
      );
      const sent = withoutServerFields(withOurs.body as Pod);
      const again = await create(api, ours, sent);
      expect(again.code, explain(again)).toBe(201);
      expect(withoutServerFields(again.body as Pod)).toEqual(sent);
    });
    const run = await fc.check(holds, { seed: SEED, numRuns: PODS });

    console.log(`seed ${SEED}: of ${PODS} generated pods`, counts);
    expect(run.failed, run.failed ? report(run) : '').toBe(false);
    expect(counts.accepted).toBeGreaterThan(PODS / 4);
    expect(counts.ambassadors).toBeGreaterThan(PODS / 20);
    expect(await countReviews(podherald, 'failed_open')).toBe(0);
  },
);

/** Resolves when the limits are in force. */
async function limit(api: Api, namespace: Namespace, manifest: object): Promise<void> {
  await namespace.apply(manifest);
  const plain = pod({ name: 'plain' }, podSpec([container('app')]));
  await until(
    30,
    () => create(api, namespace, plain),
    ({ body }) =>
      (body as Pod).spec.containers.every(
        ({ resources }) => Object.keys(resources ?? {}).length > 0,
      ),
  );
}

/** What a pod has of its node: nothing that the pod says of itself as a whole may change. */
function reservation({ body }: Answer, sent: Pod): object {
  const { spec, status } = body as Pod;
  const { requests = {}, limits = {} } = resourcesOf(sent.spec);
  const stored = resourcesOf(spec);
  const amounts = Object.keys({ ...requests, ...limits }).map((name) => [
    name,
    stored.requests?.[name],
    stored.limits?.[name],
  ]);
  return { isGuaranteed: status?.qosClass === 'Guaranteed', amounts };
}

function resourcesOf({ resources }: Pod['spec']): ResourceRequirements {
  return (resources ?? {}) as ResourceRequirements;
}

interface ResourceRequirements {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** A generated sidecar has no arguments that make it a proxy. */
function hasAmbassador({ spec }: Pod): boolean {
  return (spec.initContainers ?? []).some(({ args }) => Array.isArray(args) && args[0] === 'proxy');
}

interface Generated {
  readonly pod: Pod;
  readonly faults: Readonly<Record<string, number>>;
}

/** What the API server makes of a pod, all but storing it. */
function create(api: Api, namespace: Namespace, of: Pod): Promise<Answer> {
  return api.post(`/api/v1/namespaces/${namespace.name}/pods?dryRun=All`, of);
}

/** Refused is what fails the API server's own validation. Anything else would be an accident. */
function fateOf(answer: Answer): 'accepted' | 'refused' | 'denied' {
  const { code, body } = answer;
  if (code === 201) return 'accepted';
  if (code === 422) return 'refused';
  if (code === 403 && DENIAL.test(body.message ?? '')) return 'denied';
  throw new Error(explain(answer));
}

const DENIAL =
  /^admission webhook "pods\.podherald\.dev" denied the request: (a fault|\d+ faults) in the annotations of the pod \(namespace \S+\):\n- /;

/** How many lines a denial has about each key. */
function faultsTold({ code, body }: Answer): Record<string, number> {
  const lines = code === 403 ? (body.message ?? '').matchAll(/^- (\S+): /gm) : [];
  const told: Record<string, number> = {};
  for (const [, key = ''] of lines) told[key] = (told[key] ?? 0) + 1;
  return told;
}

function explain({ code, body }: Answer): string {
  return `the API server answered ${code}: ${body.message ?? 'accepted'}`;
}

function report({
  seed,
  counterexamplePath,
  counterexample,
  errorInstance,
}: fc.RunDetails<[Generated]>): string {
  const [generated] = counterexample ?? [];
  return `seed ${seed}, path ${counterexamplePath}:\n${stringify(generated, { aliasDuplicateObjects: false })}\n${errorInstance}`;
}
