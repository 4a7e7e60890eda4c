import { AMBASSADOR_NAMES, TOKEN_PATH, TOKEN_VOLUME } from '../../core/decision/ambassador.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { celString, celStrings } from './cel-literal.ts';

/** A named CEL expression of a policy. Later expressions read it as `variables.<name>`. */
export interface Variable {
  readonly name: string;
  /** One sentence for the reader of the manifest. */
  readonly comment: string;
  readonly expression: string;
}

/** The part of a config that the policies depend on. */
export interface PolicyInput {
  readonly rules: Rules;
  /** `namespaces.annotations` of the config. */
  readonly readsNamespaces: boolean;
}

/** Reads what the pod already contains. */
export const POD_VARIABLES: readonly Variable[] = [
  {
    name: 'volumes',
    comment: 'The volumes of the pod.',
    expression: 'object.spec.?volumes.orValue([])',
  },
  {
    name: 'volumeNames',
    comment: 'The names of the volumes of the pod. A new volume must have another name.',
    expression: 'variables.volumes.map(volume, volume.name)',
  },
  {
    name: 'ambassadors',
    comment:
      'The ambassador, if the pod already has one. It is recognized by its name, its first argument and its token volume. It may have lost restartPolicy.',
    expression: `object.spec.?initContainers.orValue([]).filter(container,
  container.name in ${celStrings(AMBASSADOR_NAMES)} &&
  container.?restartPolicy.orValue('Always') == 'Always' &&
  container.?args.orValue(['']).exists(index, word, index == 0 && word == 'proxy') &&
  container.?volumeMounts.orValue([]).exists(mount, mount.mountPath == ${celString(TOKEN_PATH)} &&
    variables.volumes.exists(volume, volume.name == mount.name &&
      volume.name.startsWith(${celString(TOKEN_VOLUME)}) &&
      volume.?projected.?sources.orValue([]).exists(source, has(source.serviceAccountToken)))))
  .transformList(index, container, index == 0, container)`,
  },
  {
    name: 'allContainers',
    comment:
      'All containers except the ambassador, with their JSON Pointers: containers first, then initContainers.',
    expression: `(${withPaths('containers', 'object.spec.containers')} +
${withPaths('initContainers', 'object.spec.?initContainers.orValue([])')})
  .filter(entry, !variables.ambassadors.exists(container, container.name == entry.container.name))`,
  },
];

function withPaths(list: string, value: string): string {
  return `${value}.transformList(index, container,
  {'path': dyn('/spec/${list}/' + string(index)), 'container': dyn(container)})`;
}
