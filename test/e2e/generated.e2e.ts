import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { arbitraryAnnotations, tcpPorts } from './arbitrary-annotations.ts';
import { arbitrarySpec } from './arbitrary-spec.ts';
import { hasImageVolumes, hasPodLevelResources } from './features.ts';
import { type Api, type ApiResponse, startApi } from './kubectl.ts';
import type { Namespace } from './namespace.ts';
import { container, type Pod, type PodSpec, pod, podSpec, withoutServerFields } from './objects.ts';
import { countReviews } from './podherald.ts';
import { test } from './suite.ts';
import { until } from './until.ts';

const PODS = 500;
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);

// An API server without image volumes stores a volume without a source, which is an emptyDir when it is created again.
const HAS_IMAGE_VOLUMES = await hasImageVolumes();
if (!HAS_IMAGE_VOLUMES) console.log('without image volumes, which need Kubernetes 1.35');

// An API server without pod-level resources drops them, but only after podherald has given the ambassador its resources.
const HAS_POD_LEVEL_RESOURCES = await hasPodLevelResources();
if (!HAS_POD_LEVEL_RESOURCES)
  console.log('without pod-level resources, which need Kubernetes 1.34');

const arbitraryPod = arbitrarySpec()
  .filter(isKept)
  .chain((spec) => {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const names = containers.map(({ name }) => name);
    const ports = cannotGetAmbassador(spec, names) ? [] : containers.flatMap(tcpPorts);
    return arbitraryAnnotations(names, ports).map(({ annotations, faults }) => ({
      pod: pod({ name: 'generated', labels: { app: 'a' }, annotations }, spec),
      faults,
    }));
  });

/** Whether the API server keeps all fields of the pod that podherald sees. */
function isKept({ volumes = [], resources }: PodSpec): boolean {
  if (resources !== undefined && !HAS_POD_LEVEL_RESOURCES) return false;
  return HAS_IMAGE_VOLUMES || !volumes.some((volume) => 'image' in volume);
}

/** Whether the pod cannot get an ambassador, whatever its annotations are. */
function cannotGetAmbassador(
  { hostNetwork, os, nodeSelector }: PodSpec,
  names: readonly string[],
): boolean {
  const isWindows = os !== undefined || nodeSelector !== undefined;
  const isTaken = ['ambassador', 'podherald-ambassador'].every((name) => names.includes(name));
  return hostNetwork === true || isWindows || isTaken;
}

/** Sets the resources of containers that have none, and of the ambassador. */
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
  ['in a plain namespace', []],
  ['in a namespace with a LimitRange', [LIMIT_RANGE]],
] as const)(
  'generated pods %s are denied only for invalid annotations, and the API server accepts the others if it accepts them without podherald',
  async ([, manifests], { makeNamespace, makeBareNamespace, podherald, onTestFinished }) => {
    const [bare, injecting] = [await makeBareNamespace(), await makeNamespace()];
    const api = await startApi();
    onTestFinished(api.close);
    for (const manifest of manifests) {
      await Promise.all([bare, injecting].map((namespace) => limit(api, namespace, manifest)));
    }
    const counts = { accepted: 0, rejected: 0, denied: 0, ambassadors: 0 };

    const holds = fc.asyncProperty(arbitraryPod, async (generated) => {
      const [plain, injected] = await Promise.all([
        create(api, bare, generated.pod),
        create(api, injecting, generated.pod),
      ]);
      const result = resultOf(injected);
      const isInvalid = Object.keys(generated.faults).length > 0;
      expect(result, describeResponse(injected)).toBe(isInvalid ? 'denied' : resultOf(plain));
      expect(reportedFaults(injected), describeResponse(injected)).toEqual(generated.faults);
      counts[result] += 1;
      if (result !== 'accepted') return;
      if (hasAmbassador(injected.body as Pod)) counts.ambassadors += 1;
      expect(reservation(injected, generated.pod), describeResponse(injected)).toEqual(
        reservation(plain, generated.pod),
      );
      const sent = withoutServerFields(injected.body as Pod);
      const recreated = await create(api, injecting, sent);
      expect(recreated.code, describeResponse(recreated)).toBe(201);
      expect(withoutServerFields(recreated.body as Pod)).toEqual(sent);
    });
    const run = await fc.check(holds, { seed: SEED, numRuns: PODS });

    console.log(`seed ${SEED}: of ${PODS} generated pods`, counts);
    expect(run.failed, run.failed ? report(run) : '').toBe(false);
    expect(counts.accepted).toBeGreaterThan(PODS / 4);
    expect(counts.ambassadors).toBeGreaterThan(PODS / 20);
    expect(await countReviews(podherald, 'failed_open')).toBe(0);
  },
);

/** Applies a LimitRange and waits until the API server uses it. */
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

/** Returns the QoS class and the pod-level resources of a pod, which an injection must not change. */
function reservation({ body }: ApiResponse, sent: Pod): object {
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

/** Whether a pod has podherald's ambassador. Generated sidecars never have the argument `proxy`. */
function hasAmbassador({ spec }: Pod): boolean {
  return (spec.initContainers ?? []).some(({ args }) => Array.isArray(args) && args[0] === 'proxy');
}

interface Generated {
  readonly pod: Pod;
  readonly faults: Readonly<Record<string, number>>;
}

/** Creates a pod as a dry run. */
function create(api: Api, namespace: Namespace, sent: Pod): Promise<ApiResponse> {
  return api.post(`/api/v1/namespaces/${namespace.name}/pods?dryRun=All`, sent);
}

/** `rejected` by the validation of the API server, or `denied` by podherald. Throws otherwise. */
function resultOf(response: ApiResponse): 'accepted' | 'rejected' | 'denied' {
  const { code, body } = response;
  if (code === 201) return 'accepted';
  if (code === 422) return 'rejected';
  if (code === 403 && DENIAL.test(body.message ?? '')) return 'denied';
  throw new Error(describeResponse(response));
}

const DENIAL =
  /^admission webhook "pods\.podherald\.dev" denied the request: pod [^:]+: (\d+ errors in the annotations: )?/;

/** Returns the number of faults that a denial lists for each annotation key, one in a line. */
function reportedFaults({ code, body }: ApiResponse): Record<string, number> {
  const lines = code === 403 ? (body.message ?? '').replace(DENIAL, '').split('\n') : [];
  const faults: Record<string, number> = {};
  for (const line of lines) {
    const [key = ''] = line.replace(/^- /, '').split(': ', 1);
    faults[key] = (faults[key] ?? 0) + 1;
  }
  return faults;
}

function describeResponse({ code, body }: ApiResponse): string {
  return `the API server responded with ${code}: ${body.message ?? 'accepted'}`;
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
