import { kubectl, tryKubectl } from './kubectl.ts';
import { container, type Pod, type PodSpec, pod, podSpec } from './objects.ts';

/** Whether the cluster has MutatingAdmissionPolicy v1, which was added in Kubernetes 1.36. */
export function hasPolicies(): Promise<boolean> {
  return serves('/apis/admissionregistration.k8s.io/v1', 'mutatingadmissionpolicies');
}

/** Whether the resources of a running container can be changed: on by default since Kubernetes 1.33. */
export function hasResize(): Promise<boolean> {
  return serves('/api/v1', 'pods/resize');
}

/** Whether the API server keeps the resources of a whole pod: on by default since Kubernetes 1.34. */
export async function hasPodLevelResources(): Promise<boolean> {
  const { resources } = await stored({ resources: { limits: { cpu: '1' } } });
  return resources !== undefined;
}

/** Whether the API server keeps volumes that are images: on by default since Kubernetes 1.35. */
export async function hasImageVolumes(): Promise<boolean> {
  const { volumes = [] } = await stored({ volumes: [IMAGE_VOLUME] });
  return volumes.some((volume) => 'image' in volume);
}

const IMAGE_VOLUME = { name: 'model', image: { reference: 'registry.example.com/model:1' } };

/** Returns what the API server would store of a pod. It drops the fields of a feature that is off. */
async function stored(spec: object): Promise<PodSpec> {
  const probe = pod({ name: 'probe', namespace: 'default' }, podSpec([container('app')], spec));
  const create = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
  const created: Pod = JSON.parse(await kubectl(create, JSON.stringify(probe)));
  return created.spec;
}

async function serves(path: string, resource: string): Promise<boolean> {
  const { stdout } = await tryKubectl(['get', '--raw', path]);
  return stdout.includes(`"${resource}"`);
}

/** Whether the API server copies the zone of a node to its pods: on by default since Kubernetes 1.35. */
export async function hasTopologyLabels(): Promise<boolean> {
  const { major, minor }: { major: string; minor: string } = JSON.parse(
    await kubectl(['get', '--raw', '/version']),
  );
  return Number(major) > 1 || Number.parseInt(minor, 10) >= 35;
}
