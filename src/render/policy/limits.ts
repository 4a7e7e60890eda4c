import { DNS_LABEL } from '../../decision/kubernetes-names.ts';
import type { Rules } from '../../decision/rules.ts';
import { isPath, isSelection, isSwitch } from './annotation-variables.ts';
import { celString, celStrings } from './cel-literal.ts';
import { UNREADABLE } from './policy-covers.ts';

/** What a pod must not be for the policy to inject it, and what its owner is told. */
export interface Limit {
  /** Where this is false, the pod is left alone. */
  readonly expression: string;
  /** CEL that makes a text. */
  readonly message: string;
}

/** What is wrong in a pod's own annotations under any config. */
export function faults({ annotationPrefix: prefix }: Rules): Limit[] {
  const path = celString(`${prefix}metadata-path`);
  const selection = celString(`${prefix}metadata-containers`);
  return [
    {
      expression: `variables.ownSwitches.all(names, ${isSwitch('names')})`,
      message: `'inject-metadata: ' + variables.ownSwitches.map(names, names.join(',')).join(', ') +
  ': expected true, false, or profile names separated by commas'`,
    },
    {
      expression: 'variables.ownSwitches.all(names, names == variables.ownSwitches[0])',
      message: celString(
        `inject-metadata contradicts ${prefix}inject-metadata; leave one of them out`,
      ),
    },
    {
      expression: `!(${path} in variables.annotations) ||
  ${isPath('variables.path')}`,
      message: `${celString(`${prefix}metadata-path: `)} + variables.path +
  ': expected an absolute path such as /etc/downward, without doubled or trailing slashes, . and .., and not a folder that containers have already'`,
    },
    {
      expression: isSelection(),
      message: `${celString(`${prefix}metadata-containers: `)} + variables.annotations[?${selection}].orValue('') +
  ': expected names of containers to take, or !names to leave out, but not both, and none twice; the pod has ' +
  variables.all.map(of, of.is.name).join(', ')`,
    },
  ];
}

/** What podherald serves and CEL cannot say. */
export function inexpressible({ annotationPrefix: prefix }: Rules): Limit[] {
  const keys = celStrings(UNREADABLE.map((name) => prefix + name));
  return [
    {
      expression: `!${keys}.exists(key, key in variables.annotations)`,
      message: celString(
        `${prefix}metadata-env and ${prefix}metadata-files: a policy cannot read items; the pod gets no metadata`,
      ),
    },
    {
      expression: `variables.added.all(mount, mount.name.matches(${celString(DNS_LABEL.source)}) &&
  !variables.volumes.exists(volume, volume.name == mount.name))`,
      message: `'volume ' + variables.added.map(mount, mount.name).join(', ') +
  ': the name is taken or too long, and a policy finds no other; the pod gets no metadata'`,
    },
  ];
}
