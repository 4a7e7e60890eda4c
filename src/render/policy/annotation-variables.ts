import { DNS_LABEL } from '../../core/api/names.ts';
import { FILE_NAME_BYTES, FILE_PATH_BYTES } from '../../core/decision/metadata-items.ts';
import {
  KUBECONFIG_FOLDER,
  RUNTIME_FOLDERS,
  SHARED_FOLDERS,
} from '../../core/decision/metadata-values.ts';
import { ACCESSES, MAX_PORT, MIN_PORT, type Rules } from '../../core/decision/rules.ts';
import { FALSE_WORDS, TRUE_WORDS } from '../../core/decision/values.ts';
import { celString, celStrings } from './cel-literal.ts';
import type { PolicyInput, Variable } from './pod-variables.ts';

/** Reads what a pod and its namespace say: the same keys, blanks, cases and precedence as podherald. */
export function annotationVariables(input: PolicyInput): Variable[] {
  const { annotationPrefix } = input.rules;
  return [
    {
      name: 'annotations',
      comment: 'What the pod says.',
      expression: 'object.metadata.?annotations.orValue({})',
    },
    input.readsNamespaces ? NAMESPACE : NO_NAMESPACE,
    ...switchVariables(input),
    ...pathVariables(input),
    ...selectionVariables(`${annotationPrefix}metadata-containers`),
  ];
}

const NAMESPACE: Variable = {
  name: 'defaults',
  comment: 'What its namespace says, for want of a word of its own.',
  expression: 'namespaceObject.metadata.?annotations.orValue({})',
};

const NO_NAMESPACE: Variable = {
  name: 'defaults',
  comment: 'The config says that annotations of namespaces do not count.',
  expression: '{}',
};

function switchVariables({ rules }: PolicyInput): Variable[] {
  const { annotationPrefix, metadata, profiles } = rules;
  const spellings = celStrings(['inject-metadata', `${annotationPrefix}inject-metadata`]);
  return [
    {
      name: 'ownSwitches',
      comment:
        'inject-metadata in both spellings: true or false, with or without blanks and in any case, or names.',
      expression: switches('variables.annotations', spellings),
    },
    {
      name: 'defaultSwitches',
      comment:
        'The same of the namespace, where what cannot be meant does not count, and does no harm.',
      expression: `${switches('variables.defaults', spellings)}
  .filter(names, ${isSwitch('names')})`,
    },
    {
      name: 'asked',
      comment: 'The pod goes before its namespace. Two spellings that differ say nothing.',
      expression: `[variables.ownSwitches, variables.defaultSwitches]
  .filter(switches, switches.size() > 0)
  .map(switches, switches.all(names, names == switches[0]) ? switches[0] : [])`,
    },
    {
      name: 'profiles',
      comment: `The profiles asked for; true is ${metadata.defaultProfile}. What is not configured is left out.`,
      expression: `variables.asked.size() == 0 ? [] : variables.asked[0]
  .map(name, name == 'true' ? ${celString(metadata.defaultProfile)} : name)
  .filter(name, name in ${celStrings(profiles.keys())})`,
    },
  ];
}

function switches(annotations: string, spellings: string): string {
  return `${written(annotations, spellings)}
  .map(text, text.lowerAscii() in ['true', 'false']
    ? [text.lowerAscii()]
    : text.split(',').map(name, name.trim()))`;
}

/** The values of some keys that are there, without the blanks around them. */
export function written(annotations: string, keys: string): string {
  return `${keys}
  .filter(key, key in ${annotations})
  .map(key, ${annotations}[key].trim())`;
}

/** Whether a list of names can be meant: true, false, or names of profiles, none of them twice. */
export function isSwitch(names: string): string {
  return `${names} in [['true'], ['false']] || ${names}.all(name,
    name.matches(${celString(DNS_LABEL.source)}) &&
    !(name in ${celStrings(TRUE_WORDS)}) &&
    !(name in ${celStrings(FALSE_WORDS)}) &&
    ${names}.filter(other, other == name).size() == 1)`;
}

function pathVariables({ rules: { annotationPrefix, metadata } }: PolicyInput): Variable[] {
  const key = celStrings([`${annotationPrefix}metadata-path`]);
  return [
    {
      name: 'ownPaths',
      comment: 'metadata-path, if it is there.',
      expression: written('variables.annotations', key),
    },
    {
      name: 'path',
      comment: "Where the files are mounted: the pod's word, its namespace's, or the config's.",
      expression: `(variables.ownPaths + ${written('variables.defaults', key)}
  .filter(path, ${isPath('path')}) +
  [${celString(metadata.path)}])[0]`,
    },
  ];
}

/** mountPathFault() in CEL. test/e2e/policy.e2e.ts holds the two equal on a real API server. */
export function isPath(text: string): string {
  const folders = `^(${SHARED_FOLDERS.join('|')}|(${[...RUNTIME_FOLDERS, KUBECONFIG_FOLDER].join('|')})(/.*)?)$`;
  return `${text}.matches(${celString('^(/[^/:\\p{Cc}]+)+$')}) &&
    !${text}.matches(${celString('/\\.\\.?(/|$)')}) &&
    !${text}.matches(${celString(folders)}) &&
    size(bytes(${text})) <= ${FILE_PATH_BYTES} &&
    ${text}.split('/').all(name, size(bytes(name)) <= ${FILE_NAME_BYTES})`;
}

function selectionVariables(key: string): Variable[] {
  return [
    {
      name: 'selection',
      comment: 'metadata-containers: names to take, or !names to leave out.',
      expression: `${written('variables.annotations', celStrings([key]))}
  .map(text, text.split(',').map(name, name.trim())).flatten()`,
    },
    {
      name: 'selected',
      comment: 'The same names without the exclamation marks.',
      expression: `variables.selection
  .map(name, name.startsWith('!') ? name.substring(1).trim() : name)`,
    },
    {
      name: 'isTaking',
      comment: 'Whether they are names to take. Without any, none is left out.',
      expression: "variables.selection.exists(name, !name.startsWith('!'))",
    },
  ];
}

/** Reads what a pod and its namespace say of an ambassador. */
export function ambassadorAnnotations({ annotationPrefix: prefix, ambassador }: Rules): Variable[] {
  const spellings = celStrings(['inject-ambassador', `${prefix}inject-ambassador`]);
  const access = celStrings([`${prefix}ambassador-access`]);
  const words = (annotations: string, keys: string): string =>
    `${written(annotations, keys)}\n  .map(text, text.lowerAscii())`;
  return [
    {
      name: 'ownWishes',
      comment: 'inject-ambassador in both spellings.',
      expression: words('variables.annotations', spellings),
    },
    {
      name: 'defaultWishes',
      comment: 'The same of the namespace, as far as it can be meant.',
      expression: `${words('variables.defaults', spellings)}
  .filter(word, word in ['true', 'false'])`,
    },
    {
      name: 'isWished',
      comment: 'The pod goes before its namespace. Two spellings that differ say nothing.',
      expression: `[variables.ownWishes.size() > 0 ? variables.ownWishes : variables.defaultWishes]
  .exists(words, 'true' in words && !('false' in words))`,
    },
    {
      name: 'ownAccess',
      comment: 'ambassador-access, if it is there.',
      expression: words('variables.annotations', access),
    },
    {
      name: 'defaultAccess',
      comment: 'The same of the namespace; the narrowest, if it cannot be meant.',
      expression: `${words('variables.defaults', access)}
  .map(word, word in ${celStrings(ACCESSES)} ? word : ${celString(ACCESSES[0])})`,
    },
    {
      name: 'access',
      comment: `The narrowest counts of what pod, namespace and config (${ambassador.maxAccess}) say.`,
      expression: `${celStrings(ACCESSES)}
  .filter(access, access in variables.ownAccess + variables.defaultAccess + [${celString(ambassador.maxAccess)}] +
    (variables.ownAccess.size() + variables.defaultAccess.size() == 0 ? ['read-only'] : []))`,
    },
    {
      name: 'ownPorts',
      comment: 'ambassador-port, if it is there.',
      expression: written('variables.annotations', celStrings([`${prefix}ambassador-port`])),
    },
    {
      name: 'kubeconfigs',
      comment: 'ambassador-kubeconfig, if it is there.',
      expression: words('variables.annotations', celStrings([`${prefix}ambassador-kubeconfig`])),
    },
  ];
}

/** Whether a text is a port that an ambassador may have. */
export function isPort(text: string): string {
  return `${text}.matches('^[0-9]{1,5}$') && int(${text}) >= ${MIN_PORT} && int(${text}) <= ${MAX_PORT}`;
}
