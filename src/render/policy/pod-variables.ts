import { AMBASSADOR_NAMES, TOKEN_PATH, TOKEN_VOLUME } from '../../core/decision/ambassador.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { celString, celStrings } from './cel-literal.ts';

/** A named expression of a policy; later ones read it as `variables.<name>`. */
export interface Variable {
  readonly name: string;
  /** Why it is as it is, for the reader of the manifest. */
  readonly comment: string;
  readonly expression: string;
}

/** What the policies are made from. */
export interface PolicyInput {
  readonly rules: Rules;
  /** Whether annotations of namespaces count. */
  readonly readsNamespaces: boolean;
}

/** What the pod has already. */
export const POD_VARIABLES: readonly Variable[] = [
  {
    name: 'volumes',
    comment: 'The volumes that are there already.',
    expression: 'object.spec.?volumes.orValue([])',
  },
  {
    name: 'taken',
    comment: 'Their names.',
    expression: 'variables.volumes.map(volume, volume.name)',
  },
  {
    name: 'ambassadors',
    comment:
      'An ambassador of ours, known by its shape: its name, its first argument, its token volume.',
    expression: `object.spec.?initContainers.orValue([]).filter(container,
  container.name in ${celStrings(AMBASSADOR_NAMES)} &&
  container.?restartPolicy.orValue('') == 'Always' &&
  container.?args.orValue(['']).exists(at, word, at == 0 && word == 'proxy') &&
  container.?volumeMounts.orValue([]).exists(mount, mount.mountPath == ${celString(TOKEN_PATH)} &&
    variables.volumes.exists(volume, volume.name == mount.name &&
      volume.name.startsWith(${celString(TOKEN_VOLUME)}) &&
      volume.?projected.?sources.orValue([]).exists(source, has(source.serviceAccountToken)))))
  .transformList(at, container, at == 0, container)`,
  },
  {
    name: 'all',
    comment: "The other containers of the pod and where they stand: the app's own first.",
    expression: `(${placed('containers', 'object.spec.containers')} +
${placed('initContainers', 'object.spec.?initContainers.orValue([])')})
  .filter(of, !variables.ambassadors.exists(container, container.name == of.is.name))`,
  },
];

function placed(list: string, value: string): string {
  return `${value}.transformList(at, container,
  {'at': dyn('/spec/${list}/' + string(at)), 'is': dyn(container)})`;
}
