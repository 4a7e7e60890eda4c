import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject, Pod, PodSpec } from './objects.ts';

/** The manifests from which the reviews in test/reviews were captured: pods and workloads. */
const FOLDER = join(import.meta.dirname, '../reviews/manifests');
const NAMESPACES = '00-namespaces.yaml';

export const MANIFESTS = readdirSync(FOLDER).filter((file) => file !== NAMESPACES);

export function readManifest(file: string): KubeObject {
  return parse(readFileSync(join(FOLDER, file), 'utf8'));
}

export function readNamespaces(): KubeObject[] {
  const text = readFileSync(join(FOLDER, NAMESPACES), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Whether a namespace needs this object before its pods can be created as they were captured. */
export function isNeeded({ kind }: KubeObject): boolean {
  return kind === 'ServiceAccount' || kind === 'LimitRange';
}

interface Workload extends KubeObject {
  readonly spec: {
    readonly template: Template;
    readonly jobTemplate?: { readonly spec: { readonly template: Template } };
    readonly volumeClaimTemplates?: readonly KubeObject[];
  };
}

type Template = Pick<Pod, 'metadata' | 'spec'>;

/** Returns the pod of a manifest, or the first one that a controller creates for the workload. */
export function podOf(manifest: KubeObject): Pod {
  const { metadata, spec } = templateOf(manifest);
  const { namespace: _, ...rest } = metadata;
  return { apiVersion: 'v1', kind: 'Pod', metadata: rest, spec: portable(spec) };
}

function templateOf(manifest: KubeObject): Template {
  if (manifest.kind === 'Pod') return manifest as Pod;
  const { metadata, spec } = manifest as Workload;
  const template = spec.jobTemplate?.spec.template ?? spec.template;
  const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata: { name = '' } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  return {
    metadata: { ...template.metadata, generateName: `${metadata.name}-` },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  };
}

/** Replaces the PriorityClass, which is cluster-scoped, by one that every cluster has. */
function portable(spec: PodSpec): PodSpec {
  if (spec['priorityClassName'] === undefined) return spec;
  return { ...spec, priorityClassName: 'system-cluster-critical' };
}
