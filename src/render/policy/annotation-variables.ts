import { FILE_NAME_BYTES, FILE_PATH_BYTES } from '../../decision/file-path.ts';
import { DNS_LABEL } from '../../decision/kubernetes-names.ts';
import { RUNTIME_FOLDERS, SHARED_FOLDERS } from '../../decision/metadata-path.ts';
import { FALSE_WORDS, TRUE_WORDS } from '../../decision/metadata-switch.ts';
import { celString, celStrings } from './cel-literal.ts';
import type { PolicyInput } from './policy-input.ts';
import type { Variable } from './variable.ts';

/** Reads what a pod and its namespace say: the same keys, blanks, cases and precedence as podherald. */
export function annotationVariables({ rules, readsNamespaces }: PolicyInput): Variable[] {
  const { annotationPrefix: prefix, metadata, profiles } = rules;
  const spellings = celStrings(['inject-metadata', `${prefix}inject-metadata`]);
  const path = celString(`${prefix}metadata-path`);
  return [
    {
      name: 'annotations',
      comment: 'What the pod says.',
      expression: 'object.metadata.?annotations.orValue({})',
    },
    {
      name: 'defaults',
      comment: readsNamespaces
        ? 'What its namespace says, for want of a word of its own.'
        : 'The config says that annotations of namespaces do not count.',
      expression: readsNamespaces ? 'namespaceObject.metadata.?annotations.orValue({})' : '{}',
    },
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
    {
      name: 'path',
      comment: 'Where the files are mounted.',
      expression: `(
  ([variables.annotations].filter(own, ${path} in own) +
  [variables.defaults].filter(others, ${path} in others && ${isPath(`others[${path}].trim()`)}))
  .map(found, found[${path}].trim()) + [${celString(metadata.path)}]
)[0]`,
    },
    {
      name: 'selection',
      comment: 'metadata-containers: names to take, or !names to leave out.',
      expression: `[${celString(`${prefix}metadata-containers`)}]
  .filter(key, key in variables.annotations)
  .map(key, variables.annotations[key].split(',').map(name, name.trim()))
  .flatten()`,
    },
    {
      name: 'selected',
      comment: 'The same names without the exclamation marks.',
      expression: `variables.selection
  .map(name, name.startsWith('!') ? name.substring(1).trim() : name)`,
    },
    {
      name: 'isTaking',
      comment: 'Whether the names are those to take. Without any, none is to be left out.',
      expression: "variables.selection.exists(name, !name.startsWith('!'))",
    },
  ];
}

function switches(annotations: string, spellings: string): string {
  return `${spellings}
  .filter(key, key in ${annotations})
  .map(key, ${annotations}[key].trim())
  .map(text, text.lowerAscii() in ['true', 'false']
    ? [text.lowerAscii()]
    : text.split(',').map(name, name.trim()))`;
}

/** Whether a list of names can be meant: true, false, or names of profiles, none of them twice. */
export function isSwitch(names: string): string {
  return `${names} in [['true'], ['false']] || ${names}.all(name,
    name.matches(${celString(DNS_LABEL.source)}) &&
    !(name in ${celStrings([...TRUE_WORDS, ...FALSE_WORDS])}) &&
    ${names}.filter(other, other == name).size() == 1)`;
}

/** mountPathFault() of metadata-path.ts; it and this are held equal by a test on a real API server. */
export function isPath(text: string): string {
  const folders = `^(${SHARED_FOLDERS.join('|')}|(${RUNTIME_FOLDERS.join('|')})(/.*)?)$`;
  return `${text}.matches('^(/[^/:\\\\p{Cc}]+)+$') &&
    !${text}.matches('/\\\\.\\\\.?(/|$)') && !${text}.matches(${celString(folders)}) &&
    size(bytes(${text})) <= ${FILE_PATH_BYTES} &&
    ${text}.split('/').all(name, size(bytes(name)) <= ${FILE_NAME_BYTES})`;
}

/** Whether the names of metadata-containers can be meant. */
export function isSelection(): string {
  return `(variables.isTaking != variables.selection.exists(name, name.startsWith('!')) ||
    variables.selection.size() == 0) &&
  variables.selected.all(name,
    name.matches(${celString(DNS_LABEL.source)}) &&
    variables.selected.filter(other, other == name).size() == 1 &&
    (!variables.isTaking || variables.all.exists(of, of.is.name == name)))`;
}
