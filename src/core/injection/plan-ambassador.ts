import { annotationsFit } from '../api/annotations-limit.ts';
import type { Container, Pod, Volume } from '../api/pod.ts';
import type { AmbassadorDecision } from '../decision/ambassador-decision.ts';
import { KUBECONFIG_FOLDER } from '../decision/metadata-path.ts';
import { ownAmbassador } from '../decision/own-ambassador.ts';
import type { EnvItem } from '../decision/profile.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import { ambassadorContainer } from './ambassador-container.ts';
import type { ContainerPlan } from './container-plan.ts';
import type { Injection } from './injection.ts';
import { KUBECONFIG_PATH, kubeconfigFile, kubeconfigText } from './kubeconfig.ts';
import { VolumePlanner } from './plan-files.ts';
import { tokenVolume } from './token-volume.ts';

/** Plans the ambassador of one pod, and what its neighbours need to find it. */
export class AmbassadorPlanner {
  readonly sidecar: Container | undefined;
  readonly annotations: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
  readonly #url: EnvItem;
  readonly #token: readonly Volume[];
  readonly #kubeconfig: VolumePlanner | undefined;

  constructor(pod: Pod, ambassador: AmbassadorDecision) {
    const volumes = pod.spec.volumes ?? [];
    this.#url = literal('KUBE_API_URL', `http://127.0.0.1:${ambassador.port}`);
    const isThere = ownAmbassador(pod) !== undefined;
    const { volume, isNew } = tokenVolume(volumes, ambassador.rules.tokenSeconds);
    this.sidecar = isThere ? undefined : ambassadorContainer(pod, ambassador, volume.name);
    this.#token = isThere || !isNew ? [] : [volume];
    const { annotations, findings, isReadable } = planKubeconfig(pod, ambassador);
    this.annotations = annotations;
    this.findings = findings;
    const files = isReadable ? [kubeconfigFile(ambassador.kubeconfigAnnotation ?? '')] : [];
    this.#kubeconfig = isReadable
      ? new VolumePlanner(volumes, files, KUBECONFIG_FOLDER, 'ambassador-kubeconfig')
      : undefined;
  }

  /** To be read when all containers are planned. */
  get volumes(): readonly Volume[] {
    return [...this.#token, ...(this.#kubeconfig?.added ?? [])];
  }

  planNeighbour(container: Container): ContainerPlan {
    if (this.#kubeconfig === undefined) {
      return { env: [this.#url], volumeMounts: [], findings: [] };
    }
    const files = this.#kubeconfig.plan(container, true);
    const hasFile = files.findings.length === 0;
    const env = hasFile ? [this.#url, literal('KUBECONFIG', KUBECONFIG_PATH)] : [this.#url];
    return { env, ...files };
  }
}

function literal(name: string, text: string): EnvItem {
  return { name, source: { literal: text } };
}

interface KubeconfigPlan extends Pick<Injection, 'annotations'> {
  readonly findings: readonly Finding[];
  /** Whether the annotation is there, or comes along. */
  readonly isReadable: boolean;
}

const NONE: KubeconfigPlan = { annotations: new Map(), findings: [], isReadable: false };

/** What the user has written into the annotation stays, and is what the containers read. */
function planKubeconfig(
  pod: Pod,
  { kubeconfigAnnotation: key, port, namespace }: AmbassadorDecision,
): KubeconfigPlan {
  if (key === undefined) return NONE;
  const text = kubeconfigText(port, namespace);
  const annotations = pod.metadata?.annotations ?? {};
  const written = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  if (written !== undefined) {
    const findings = written === text ? [] : [finding('kubeconfig_exists', { key })];
    return { ...NONE, findings, isReadable: true };
  }
  const added = new Map([[key, text]]);
  if (!annotationsFit(annotations, added)) {
    return { ...NONE, findings: [finding('annotations_full', { key })] };
  }
  return { annotations: added, findings: [], isReadable: true };
}
