import { isObject, type Json } from '../core/api/json.ts';
import { type Cause, type Finding, kindOf } from '../core/decision/findings.ts';
import type { Path } from '../manifests/objects.ts';

/** Finds where something is written, such as `deployment.yaml:12`; undefined if that is unknown. */
export interface Locations {
  /** @param path in the pod or pod template. */
  pod(path: Path): string | undefined;
  /** @param path in the Namespace of that name. */
  namespace(name: string, path: readonly string[]): string | undefined;
  /** @param path in the config. */
  config(path: readonly string[]): string | undefined;
}

/** Where the causes of the findings about one pod are looked up. */
export interface CauseContext {
  readonly template: Json | undefined;
  /** The path of the pod template in its workload; empty for a pod. */
  readonly root: Path;
  /** The name of the namespace. */
  readonly namespace: string;
  readonly locations: Locations;
}

/**
 * What led to a finding, such as `annotation inject-metadata (deployment.yaml:8)`.
 *
 * @returns undefined if the finding has no causes.
 */
export function causeOf(finding: Finding, context: CauseContext): string | undefined {
  if (finding.reason === 'not_requested') {
    const pod = context.root.length === 0 ? 'pod' : 'pod template';
    return `neither the ${pod} nor namespace ${context.namespace} has a valid annotation that requests an injection`;
  }
  if (kindOf(finding) === 'failure') return 'an error in podherald itself';
  const texts = finding.causes.map((cause) => causeText(cause, context));
  return texts.length === 0 ? undefined : texts.join('; ');
}

function causeText(cause: Cause, { template, root, locations }: CauseContext): string {
  switch (cause.kind) {
    case 'annotation': {
      const { key, namespace } = cause;
      const path = ['metadata', 'annotations', key];
      if (namespace === undefined) return located(`annotation ${key}`, locations.pod(path));
      const text = `annotation ${key} of namespace ${namespace}`;
      return located(text, locations.namespace(namespace, path));
    }
    case 'field': {
      const text = containerField(template, cause.path) ?? fieldText([...root, ...cause.path]);
      return located(text, locations.pod(cause.path));
    }
    case 'config':
      return located(`${cause.path.join('.')} of the config`, locations.config(cause.path));
    case 'namespace':
      return `namespace ${cause.name}`;
    case 'service_account':
      return 'automountServiceAccountToken of the ServiceAccount';
    case 'server':
      return 'the version of the API server';
  }
}

/** Such as `env of container app`; undefined for a field outside of containers, or deep inside. */
function containerField(template: Json | undefined, path: Path): string | undefined {
  const [, list = '', index = '', ...field] = path;
  const isInContainer = list === 'containers' || list === 'initContainers';
  if (!isInContainer || field.length > 1) return undefined;
  const name = at(template, ['spec', list, index, 'name']);
  if (typeof name !== 'string') return undefined;
  return [...field, `container ${name}`].join(' of ');
}

function at(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isObject(inner) ? inner[key] : undefined;
  }, value);
}

function fieldText(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return steps.join('').slice(1) || 'the pod';
}

function located(text: string, location: string | undefined): string {
  return location === undefined ? text : `${text} (${location})`;
}
