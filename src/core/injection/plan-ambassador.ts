import type { Pod } from '../api/pod.ts';
import { annotationsFit } from '../api/sizes.ts';
import { ambassadorPlace } from '../decision/ambassador.ts';
import type { AmbassadorDecision } from '../decision/decide-ambassador.ts';
import { type Finding, finding } from '../decision/findings.ts';
import { KUBECONFIG_FOLDER } from '../decision/metadata-values.ts';
import type { PodParts } from '../decision/pod-parts.ts';
import type { EnvItem, FileItem } from '../decision/profiles.ts';
import { ambassadorContainer, tokenVolume } from './ambassador-container.ts';
import { proxiedRequests } from './http-proxy.ts';
import {
  type ContainerPlan,
  type FeaturePlan,
  type Injection,
  NO_ANNOTATIONS,
} from './injection.ts';
import { planFiles } from './plan-files.ts';

/** Plans the ambassador of one pod, and what the other containers need to find it. */
export function planAmbassador(parts: PodParts, ambassador: AmbassadorDecision): FeaturePlan {
  const { pod, appContainers } = parts;
  const kubeconfig = planKubeconfig(pod, ambassador);
  const { volumes, containers } = planFiles(pod, appContainers, {
    files: kubeconfig.files,
    mountPath: KUBECONFIG_FOLDER,
    volumeName: 'ambassador-kubeconfig',
    isFor: () => true,
  });
  const url = literal('KUBE_API_URL', `http://127.0.0.1:${ambassador.port}`);
  const plans = appContainers.map((placed, index): ContainerPlan | undefined => {
    const mounts = containers[index];
    if (mounts === undefined) return undefined;
    const hasFile = kubeconfig.files.length > 0 && mounts.findings.length === 0;
    const env = hasFile ? [url, literal('KUBECONFIG', KUBECONFIG_PATH)] : [url];
    return { ...mounts, env, findings: [...mounts.findings, ...proxiedRequests(placed)] };
  });
  return {
    ...planSidecar(parts, ambassador, volumes),
    containers: plans,
    annotations: kubeconfig.annotations,
    findings: kubeconfig.findings,
  };
}

function planSidecar(
  parts: PodParts,
  ambassador: AmbassadorDecision,
  others: FeaturePlan['volumes'],
): Pick<FeaturePlan, 'ambassador' | 'restartIndex' | 'volumes'> {
  const { rules } = ambassador;
  if (parts.ambassador !== undefined) {
    const { container, at } = parts.ambassador;
    const isComplete = container.restartPolicy === 'Always';
    return { volumes: others, ...(!isComplete && { restartIndex: at.index }) };
  }
  const { volume, isNew } = tokenVolume(parts.pod, rules.tokenSeconds);
  return {
    ambassador: {
      container: ambassadorContainer(parts, ambassador, volume.name),
      ...ambassadorPlace(parts.pod.spec.initContainers, rules.after),
    },
    volumes: isNew ? [volume, ...others] : others,
  };
}

function literal(name: string, text: string): EnvItem {
  return { name, source: { literal: text } };
}

interface KubeconfigPlan extends Pick<Injection, 'annotations'> {
  readonly findings: readonly Finding[];
  /** The kubeconfig file, if the annotation that holds its text exists or is added. */
  readonly files: readonly FileItem[];
}

const NO_KUBECONFIG: KubeconfigPlan = { annotations: NO_ANNOTATIONS, findings: [], files: [] };

/** If the user has written the annotation, it is kept, and the containers read that text. */
function planKubeconfig(
  pod: Pod,
  { kubeconfig, port, namespace }: AmbassadorDecision,
): KubeconfigPlan {
  if (kubeconfig === undefined) return NO_KUBECONFIG;
  const { key, requestedBy } = kubeconfig;
  const files = [kubeconfigFile(key)];
  const text = kubeconfigText(port, namespace);
  const annotations = pod.metadata?.annotations ?? {};
  const existing = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  if (existing !== undefined) {
    const kept = finding('kubeconfig_exists', { key }, { kind: 'annotation', key });
    return { ...NO_KUBECONFIG, findings: existing === text ? [] : [kept], files };
  }
  const added = new Map([[key, text]]);
  if (annotationsFit(annotations, added)) return { annotations: added, findings: [], files };
  const path = ['metadata', 'annotations'];
  const full = finding('annotations_full', { key }, { kind: 'field', path }, requestedBy);
  return { ...NO_KUBECONFIG, findings: [full] };
}

const FILE_NAME = 'kubeconfig';

/** The value of KUBECONFIG in the containers. */
export const KUBECONFIG_PATH = `${KUBECONFIG_FOLDER}/${FILE_NAME}`;

/**
 * A kubeconfig that points to the ambassador, in one line. @kubernetes/client-node rejects a plain
 * HTTP server without `insecure-skip-tls-verify`, which has no other effect.
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

/** The file whose content is the text of an annotation. */
export function kubeconfigFile(annotation: string): FileItem {
  return { path: FILE_NAME, source: { fieldRef: `metadata.annotations['${annotation}']` } };
}
