import type { Namespace } from '../core/decision/decide.ts';
import type { Cause, Finding } from '../core/decision/reasons.ts';
import type { Path } from '../manifests/objects.ts';
import type { Places } from './places.ts';

/** A finding, and where its causes can be looked up. */
export interface Found {
  readonly finding: Finding;
  /** The path of the pod template in its workload; empty for a pod. */
  readonly root: Path;
  readonly namespace: Namespace;
  readonly places: Places;
}

/** What led to a finding, with its location if that is known; undefined if podherald decided alone. */
export function deciderOf({ finding, root, namespace, places }: Found): string | undefined {
  if (finding.reason === 'not_requested') {
    return `no inject-… annotation on the pod or on namespace ${namespace.name}`;
  }
  const texts = finding.causes.map((cause) => causeText(cause, root, places));
  return texts.length === 0 ? undefined : texts.join('; ');
}

function causeText(cause: Cause, root: Path, places: Places): string {
  switch (cause.kind) {
    case 'annotation': {
      const path = ['metadata', 'annotations', cause.key];
      return cause.namespace === undefined
        ? withPlace(`annotation ${cause.key}`, places.pod(path))
        : withPlace(
            `annotation ${cause.key} of namespace ${cause.namespace}`,
            places.namespace(cause.namespace, path),
          );
    }
    case 'field':
      return withPlace(fieldText([...root, ...cause.path]), places.pod(cause.path));
    case 'config':
      return withPlace(`${cause.path.join('.')} of the config`, places.config(cause.path));
    case 'namespace':
      return `namespace ${cause.name}`;
    case 'service_account':
      return "automountServiceAccountToken of the pod's ServiceAccount";
    case 'server':
      return 'the version of the API server';
  }
}

function fieldText(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text.slice(1) || 'the pod';
}

function withPlace(text: string, place: string | undefined): string {
  return place === undefined ? text : `${text} (${place})`;
}
