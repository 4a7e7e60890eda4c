import { isMalformed, type Pod, parsePod } from '../core/api/pod.ts';
import { appContainers, declares } from '../core/decision/ambassador.ts';
import { annotationNameOf, MIRROR_ANNOTATION } from '../core/decision/annotations.ts';
import type { Namespace } from '../core/decision/decide.ts';
import { readAnnotationLabel } from '../core/decision/read-annotations.ts';
import type { Finding, Reason } from '../core/decision/reasons.ts';
import type { Rules } from '../core/decision/rules.ts';
import type { Path } from '../manifests/objects.ts';
import type { Places } from './places.ts';
import type { Wish } from './wish.ts';

/** A finding, and all that it can come from. */
export interface Found {
  readonly finding: Finding;
  readonly template: unknown;
  /** Where the pod template stands in its workload; empty for a pod. */
  readonly root: Path;
  readonly namespace: Namespace;
  readonly wishes: readonly Wish[];
  readonly rules: Rules;
  readonly places: Places;
}

type Decider = (found: Found) => readonly (string | undefined)[];

/** What decided a reason: an annotation, the pod, a container, the namespace or the config. */
export function deciderOf(found: Found): string | undefined {
  const parts = DECIDERS[found.finding.reason](found).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

const annotation: Decider = ({ finding: { slots }, places }) => [
  slots['key'] === undefined ? undefined : labelText(slots['key'], places),
];
const own = (found: Found, ...path: readonly string[]): string =>
  withPlace(`${path.join('.')} of the pod`, found.places.pod(path));
const config = (found: Found, ...path: readonly string[]): string =>
  withPlace(`${path.join('.')} of the config`, found.places.config(path));
const container: Decider = (found) => [containerText(found, found.finding.slots['container'])];
const asks = (found: Found, name: string): string | undefined => wishText(found, name);
const podherald: Decider = () => ['podherald itself, whose log tells more'];
const review: Decider = () => ['the review'];

/** A reason that nothing decides does not compile. */
const DECIDERS: Readonly<Record<Reason, Decider>> = {
  unexpected_error: podherald,
  patch_not_proven: podherald,
  invalid_value: annotation,
  unknown_container: annotation,
  given_twice: annotation,
  forms_contradict: (found) => [
    ...annotation(found),
    labelText(found.finding.slots['other'] ?? '', found.places),
  ],
  port_taken: (found) => [...annotation(found), ...container(found)],
  not_a_pod: review,
  not_create: review,
  malformed_pod: (found) => [malformedText(found)],
  mirror_pod: ({ places }) => [annotationText(MIRROR_ANNOTATION, undefined, places)],
  exempt_namespace: (found) => [config(found, 'exempt', 'namespaces')],
  opted_out: annotation,
  not_requested: ({ namespace }) => [
    `no inject-… annotation on the pod or on namespace ${namespace.name}`,
  ],
  mount_exists: container,
  env_exists: container,
  kubeconfig_exists: annotation,
  host_network: (found) => [own(found, 'spec', 'hostNetwork'), asks(found, 'inject-ambassador')],
  windows: (found) => [windowsText(found), asks(found, 'inject-ambassador')],
  server_too_old: (found) => ['the version of the API server', asks(found, 'inject-ambassador')],
  automount_disabled: (found) => [
    asks(found, 'inject-ambassador'),
    has(found, 'automountServiceAccountToken')
      ? own(found, 'spec', 'automountServiceAccountToken')
      : 'the pod, which has no token of its ServiceAccount',
  ],
  names_taken: (found) => [
    containerText(found, 'ambassador'),
    containerText(found, 'podherald-ambassador'),
  ],
  namespace_unavailable: ({ namespace }) => [`namespace ${namespace.name}`],
  access_narrowed: (found) => [...annotation(found), narrowerText(found)],
  port_moved: (found) => [
    containerText(found, takerOf(found)),
    asks(found, 'ambassador-port') ?? config(found, 'ambassador', 'port'),
  ],
  name_taken: (found) => [containerText(found, found.finding.slots['name'])],
  shared_processes: (found) => {
    const isOfNode = podOf(found)?.spec.hostPID === true;
    return [own(found, 'spec', isOfNode ? 'hostPID' : 'shareProcessNamespace')];
  },
  annotations_full: (found) => [
    'the size of the pod’s annotations',
    asks(found, 'ambassador-kubeconfig'),
  ],
  ambassador_differs: container,
  port_shared: container,
  reference_set_later: container,
  limit_not_set: (found) => [limitsText(found)],
  unknown_profile: (found) => [...annotation(found), config(found, 'profiles')],
  no_ambassador: annotation,
  wrong_place: annotation,
  unknown_key: annotation,
};

function labelText(label: string, places: Places): string {
  const { key, namespace } = readAnnotationLabel(label);
  return annotationText(key, namespace, places);
}

/** @param namespace the one that it stands on, if it is not on the pod. */
function annotationText(key: string, namespace: string | undefined, places: Places): string {
  if (namespace === undefined) {
    return withPlace(`annotation ${key}`, places.pod(['metadata', 'annotations', key]));
  }
  return withPlace(
    `annotation ${key} of namespace ${namespace}`,
    places.namespace(namespace, ['metadata', 'annotations', key]),
  );
}

/** The annotation that says something, of the pod or else of its namespace. */
function wishText(
  { wishes, namespace, rules, places }: Pick<Found, 'wishes' | 'namespace' | 'rules' | 'places'>,
  name: string,
): string | undefined {
  const wish = wishes.find(
    ({ key, counts }) => counts && annotationNameOf(key, rules.annotationPrefix) === name,
  );
  if (wish === undefined) return undefined;
  return annotationText(wish.key, wish.on === 'pod' ? undefined : namespace.name, places);
}

function malformedText({ template, root, places }: Found): string | undefined {
  const pod = parsePod(template);
  if (!isMalformed(pod)) return undefined;
  const path = [...root, ...pod.path];
  return withPlace(path.length === 0 ? 'the pod' : path.join('.'), places.pod(pod.path));
}

function podOf({ template }: Found): Pod | undefined {
  const pod = parsePod(template);
  return isMalformed(pod) ? undefined : pod;
}

function has(found: Found, field: 'os' | 'automountServiceAccountToken'): boolean {
  return podOf(found)?.spec[field] !== undefined;
}

function windowsText(found: Found): string {
  return has(found, 'os') ? own(found, 'spec', 'os') : own(found, 'spec', 'nodeSelector');
}

function containerText(found: Found, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  return withPlace(`what container ${name} has of its own`, placeOf(found, name));
}

function limitsText(found: Found): string {
  const { container: name = '' } = found.finding.slots;
  return withPlace(`resources.limits of container ${name}`, placeOf(found, name));
}

function placeOf(found: Found, name: string): string | undefined {
  const { containers = [], initContainers } = podOf(found)?.spec ?? {};
  const index = containers.findIndex((one) => one.name === name);
  if (index >= 0) return found.places.pod(['spec', 'containers', index]);
  const at = (initContainers ?? []).findIndex((one) => one.name === name);
  return at < 0 ? undefined : found.places.pod(['spec', 'initContainers', at]);
}

/** The container that declares the port which the ambassador would have had. */
function takerOf(found: Found): string | undefined {
  const pod = podOf(found);
  const port = Number(found.finding.slots['taken']);
  return pod && appContainers(pod).find((one) => declares(one, port))?.name;
}

/** The narrowest of what the namespace and the config say; the pod's own is what is narrowed. */
function narrowerText(found: Found): string | undefined {
  const { finding, rules, namespace, places } = found;
  if (finding.slots['access'] === rules.ambassador.maxAccess) {
    return config(found, 'ambassador', 'maxAccess');
  }
  const key = Object.keys(namespace.annotations ?? {}).find(
    (one) => annotationNameOf(one, rules.annotationPrefix) === 'ambassador-access',
  );
  return key && annotationText(key, namespace.name, places);
}

function withPlace(text: string, place: string | undefined): string {
  return place === undefined ? text : `${text} (${place})`;
}
