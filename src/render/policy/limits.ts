import { DNS_LABEL } from '../../core/api/names.ts';
import { ANNOTATION_KEYS, type AnnotationName } from '../../core/decision/annotations.ts';
import { ACCESSES, MAX_PORT, MIN_PORT, type Rules } from '../../core/decision/rules.ts';
import { isPath, isPort, isSwitch } from './annotation-variables.ts';
import { celString, celStrings } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

/** What a policy has no way to read. */
export const UNREADABLE = ['metadata-env', 'metadata-files'] as const satisfies AnnotationName[];

/** The keys whose values are trimmed. */
export const UNCLEAR_KEYS = [
  'inject-metadata',
  'metadata-path',
  'metadata-containers',
  'inject-ambassador',
  'ambassador-access',
  'ambassador-port',
  'ambassador-kubeconfig',
] as const satisfies AnnotationName[];

/** What has to hold of a pod for the policy to inject it. Its name is that of a variable. */
export interface Limit extends Variable {
  /** CEL that makes the text which is told where it does not hold. */
  readonly message: string;
}

/** What can be wrong in a pod's own annotations under any config. */
export function faultLimits(rules: Rules): Limit[] {
  return [...metadataFaults(rules), ...ambassadorFaults(rules)].map((limit) => ({
    ...limit,
    expression: `!variables.blanksAreClear ||\n  (${limit.expression})`,
  }));
}

function metadataFaults({ annotationPrefix: prefix }: Rules): Limit[] {
  const selection = celString(`${prefix}metadata-containers`);
  return [
    {
      name: 'switchIsMeant',
      comment: 'inject-metadata can be meant: names have a form, and are not words for yes and no.',
      expression: `variables.ownSwitches.all(names, ${isSwitch('names')})`,
      message: `'inject-metadata: "' + variables.ownSwitches.map(names, names.join(',')).join('", "') +
  '": expected true, false, or profile names separated by commas'`,
    },
    {
      name: 'spellingsAgree',
      comment: 'Both spellings mean the same.',
      expression: 'variables.ownSwitches.all(names, names == variables.ownSwitches[0])',
      message: celString(
        `inject-metadata contradicts ${prefix}inject-metadata; leave one of them out`,
      ),
    },
    {
      name: 'pathIsMeant',
      comment: 'metadata-path is one that files can be mounted at.',
      expression: `variables.ownPaths.all(path, ${isPath('path')})`,
      message: `${celString(`${prefix}metadata-path: "`)} + variables.path +
  '": expected an absolute path such as /etc/downward, without :, doubled or trailing slashes, . and ..'`,
    },
    {
      name: 'selectionIsMeant',
      comment:
        'metadata-containers takes or leaves out, not both; and takes containers that there are.',
      expression: `variables.selected.all(name,
    name.matches(${celString(DNS_LABEL.source)}) &&
    variables.selected.filter(other, other == name).size() == 1 &&
    (!variables.isTaking || variables.all.exists(of, of.is.name == name))) &&
  !(variables.isTaking && variables.selection.exists(name, name.startsWith('!')))`,
      message: `${celString(`${prefix}metadata-containers: "`)} + variables.annotations[?${selection}].orValue('') +
  '": expected names of containers, or !names of those to leave out; the pod has ' +
  variables.all.map(of, of.is.name).join(', ')`,
    },
  ];
}

function ambassadorFaults({ annotationPrefix: prefix }: Rules): Limit[] {
  const told = (key: string, values: string, expected: string): string =>
    `${celString(`${key}: "`)} + variables.${values}.join('", "') + ${celString(`": expected ${expected}`)}`;
  return [
    {
      name: 'wishIsMeant',
      comment: 'inject-ambassador can be meant.',
      expression: "variables.ownWishes.all(word, word in ['true', 'false'])",
      message: told('inject-ambassador', 'ownWishes', 'true or false'),
    },
    {
      name: 'wishesAgree',
      comment: 'Both spellings mean the same.',
      expression: 'variables.ownWishes.all(word, word == variables.ownWishes[0])',
      message: celString(
        `inject-ambassador contradicts ${prefix}inject-ambassador; leave one of them out`,
      ),
    },
    {
      name: 'accessIsMeant',
      comment: 'ambassador-access can be meant.',
      expression: `variables.ownAccess.all(word, word in ${celStrings(ACCESSES)})`,
      message: told(`${prefix}ambassador-access`, 'ownAccess', ACCESSES.join(', ')),
    },
    {
      name: 'portIsMeant',
      comment: 'ambassador-port is a port.',
      expression: `variables.ownPorts.all(port, ${isPort('port')})`,
      message: told(
        `${prefix}ambassador-port`,
        'ownPorts',
        `a port from ${MIN_PORT} to ${MAX_PORT}`,
      ),
    },
    {
      name: 'portIsFree',
      comment: 'A port that the pod asks for is not that of another of its containers.',
      expression: `variables.ownPorts.size() == 0 || !('true' in variables.ownWishes) ||
  !variables.hasAmbassador || variables.ambassadors.size() > 0 || !(variables.wantedPort in variables.takenPorts)`,
      message: told(`${prefix}ambassador-port`, 'ownPorts', 'a port that no container declares'),
    },
    {
      name: 'kubeconfigIsMeant',
      comment: 'ambassador-kubeconfig can be meant.',
      expression: "variables.kubeconfigs.all(word, word in ['true', 'false'])",
      message: told(`${prefix}ambassador-kubeconfig`, 'kubeconfigs', 'true or false'),
    },
  ];
}

/** What podherald does and CEL cannot. */
export function expressionLimits({ annotationPrefix: prefix }: Rules): Limit[] {
  const items = celStrings(UNREADABLE.map((name) => prefix + name));
  return [
    {
      name: 'hasNoItems',
      comment: 'Items of its own are a language that CEL cannot read.',
      expression: `!${items}.exists(key, key in variables.annotations)`,
      message: celString(
        `${prefix}metadata-env and ${prefix}metadata-files: no policy can read items, so the pod gets nothing of podherald`,
      ),
    },
    blanksAreClear(prefix),
    {
      name: 'hasNoKubeconfig',
      comment: 'A kubeconfig would be an annotation, a file and a variable more.',
      expression: "!variables.hasAmbassador || !('true' in variables.kubeconfigs)",
      message: celString(
        `${prefix}ambassador-kubeconfig: this policy writes none, so the pod gets nothing of podherald`,
      ),
    },
    {
      name: 'volumesHaveNames',
      comment:
        'podherald cuts a name that is too long and puts a hash at its end, which CEL cannot compute.',
      expression: `variables.added.all(mount, mount.name.matches(${celString(DNS_LABEL.source)}) &&
  variables.added.filter(other, other.name == mount.name).size() == 1)`,
      message: `'no policy can find a name instead of ' + variables.added.map(mount, mount.name).join(', ') +
  ' for a volume, so the pod gets nothing of podherald; give the container a shorter name'`,
    },
  ];
}

/** Where it does not hold, nothing else of the values is judged. */
function blanksAreClear(prefix: string): Limit {
  const bare = UNCLEAR_KEYS.filter((name) => ANNOTATION_KEYS[name].bare);
  const keys = UNCLEAR_KEYS.map((name) => prefix + name);
  return {
    name: 'blanksAreClear',
    comment: 'U+0085 is a blank for CEL and not for podherald, and U+FEFF the other way round.',
    expression: `[dyn(variables.annotations), dyn(variables.defaults)].all(of,
  ${celStrings([...bare, ...keys])}
  .all(key, !(key in of) || !of[key].matches(${celString('[\\x{85}\\x{feff}]')})))`,
    message: celString(
      'U+0085 or U+FEFF in an annotation: no policy can tell whether it is a blank, so the pod gets nothing of podherald',
    ),
  };
}
