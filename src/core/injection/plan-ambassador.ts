import type { Container, Pod, Volume } from '../api/pod.ts';
import { annotationsFit } from '../api/sizes.ts';
import { ownAmbassador } from '../decision/ambassador.ts';
import type { AmbassadorDecision } from '../decision/decision.ts';
import { KUBECONFIG_FOLDER } from '../decision/metadata-values.ts';
import type { EnvItem, FileItem } from '../decision/profiles.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import { ambassadorContainer, tokenVolume } from './ambassador-container.ts';
import type { ContainerPlan, Injection } from './injection.ts';
import { VolumePlanner } from './plan-files.ts';

const FILE_NAME = 'kubeconfig';

/** What KUBECONFIG says in the containers. */
export const KUBECONFIG_PATH = `${KUBECONFIG_FOLDER}/${FILE_NAME}`;

/**
 * A kubeconfig that leads to the ambassador, in one line. The flag about TLS has no effect over
 * plain HTTP, but without it @kubernetes/client-node refuses such a server.
 */
export function kubeconfigText(port: number, namespace: string): string {
  const name = 'ambassador';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}

/** The file, out of the annotation that holds its text. */
export function kubeconfigFile(annotation: string): FileItem {
  return { path: FILE_NAME, source: { fieldRef: `metadata.annotations['${annotation}']` } };
}

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
