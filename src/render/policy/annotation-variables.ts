import { DNS_LABEL } from '../../core/api/names.ts';
import { FILE_NAME_BYTES, FILE_PATH_BYTES } from '../../core/decision/metadata-items.ts';
import {
  KUBECONFIG_FOLDER,
  RUNTIME_PATHS,
  SYSTEM_PATHS,
} from '../../core/decision/metadata-values.ts';
import { ACCESSES, MAX_PORT, MIN_PORT, type Rules } from '../../core/decision/rules.ts';
import { FALSE_WORDS, TRUE_WORDS } from '../../core/decision/values.ts';
import { celString, celStrings } from './cel-literal.ts';
import type { PolicyInput, Variable } from './pod-variables.ts';

/**
 * Reads the metadata annotations of a pod and its namespace with the same keys, trimming, letter case and
 * precedence as the webhook.
 */
export function annotationVariables(input: PolicyInput): Variable[] {
  const { annotationPrefix } = input.rules;
  return [
    {
      name: 'annotations',
      comment: 'The annotations of the pod.',
      expression: 'object.metadata.?annotations.orValue({})',
    },
    input.readsNamespaces ? NAMESPACE_DEFAULTS : NO_DEFAULTS,
    ...injectMetadataVariables(input),
    ...metadataPathVariables(input),
    ...metadataContainersVariables(`${annotationPrefix}metadata-containers`),
  ];
}

const NAMESPACE_DEFAULTS: Variable = {
  name: 'defaults',
  comment: 'The annotations of the namespace, which are the defaults of its pods.',
  expression: 'namespaceObject.metadata.?annotations.orValue({})',
};

const NO_DEFAULTS: Variable = {
  name: 'defaults',
  comment:
    'The config sets namespaces.annotations: false, so annotations of the namespace are ignored.',
  expression: '{}',
};

function injectMetadataVariables({ rules }: PolicyInput): Variable[] {
  const { annotationPrefix, metadata, profiles } = rules;
  const keys = celStrings(['inject-metadata', `${annotationPrefix}inject-metadata`]);
  return [
    {
      name: 'injectMetadata',
      comment:
        'The values of inject-metadata on the pod, with and without the prefix: each is [true], [false] or a list of profile names.',
      expression: injectMetadataValues('variables.annotations', keys),
    },
    {
      name: 'defaultInjectMetadata',
      comment:
        'The valid values of inject-metadata on the namespace: each is [true], [false] or a list of profile names.',
      expression: `${injectMetadataValues('variables.defaults', keys)}
  .filter(names, ${isInjectMetadataValue('names')})`,
    },
    {
      name: 'metadataRequest',
      comment:
        'The value of inject-metadata that is used: the pod takes precedence over the namespace. Empty if the values with and without the prefix differ.',
      expression: `[variables.injectMetadata, variables.defaultInjectMetadata]
  .filter(values, values.size() > 0)
  .map(values, values.all(names, names == values[0]) ? values[0] : [])`,
    },
    {
      name: 'profiles',
      comment: `The requested profiles. The value true requests ${metadata.defaultProfile}. Unknown profiles are ignored.`,
      expression: `variables.metadataRequest.size() == 0 ? [] : variables.metadataRequest[0]
  .map(name, name == 'true' ? ${celString(metadata.defaultProfile)} : name)
  .filter(name, name in ${celStrings(profiles.keys())})`,
    },
  ];
}

function injectMetadataValues(annotations: string, keys: string): string {
  return `${valuesOf(annotations, keys)}
  .map(text, text.lowerAscii() in ['true', 'false']
    ? [text.lowerAscii()]
    : text.split(',').map(name, name.trim()))`;
}

/** CEL for the trimmed values of those keys that are set. */
function valuesOf(annotations: string, keys: string): string {
  return `${keys}
  .filter(key, key in ${annotations})
  .map(key, ${annotations}[key].trim())`;
}

/** CEL that is true if a list of names is valid: [true], [false] or profile names, each only once. */
export function isInjectMetadataValue(names: string): string {
  return `${names} in [['true'], ['false']] || ${names}.all(name,
    name.matches(${celString(DNS_LABEL.source)}) &&
    !(name in ${celStrings(TRUE_WORDS)}) &&
    !(name in ${celStrings(FALSE_WORDS)}) &&
    ${names}.filter(other, other == name).size() == 1)`;
}

function metadataPathVariables({ rules: { annotationPrefix, metadata } }: PolicyInput): Variable[] {
  const key = celStrings([`${annotationPrefix}metadata-path`]);
  return [
    {
      name: 'metadataPaths',
      comment: 'The value of metadata-path on the pod, if it is set.',
      expression: valuesOf('variables.annotations', key),
    },
    {
      name: 'path',
      comment:
        'The mount path of the files. The pod takes precedence over the namespace, and the namespace over the config.',
      expression: `(variables.metadataPaths + ${valuesOf('variables.defaults', key)}
  .filter(path, ${isPath('path')}) +
  [${celString(metadata.path)}])[0]`,
    },
  ];
}

/** mountPathFault() as CEL. test/e2e/policy.e2e.ts checks on a real API server that both agree. */
export function isPath(text: string): string {
  const reserved = [...RUNTIME_PATHS, KUBECONFIG_FOLDER].join('|').replaceAll('.', '\\.');
  const folders = `^(${SYSTEM_PATHS.join('|').replaceAll('.', '\\.')}|(${reserved})(/.*)?)$`;
  return `${text}.matches(${celString('^(/[^/:\\p{Cc}]+)+$')}) &&
    !${text}.matches(${celString('/\\.\\.?(/|$)')}) &&
    !${text}.matches(${celString(folders)}) &&
    size(bytes(${text})) <= ${FILE_PATH_BYTES} &&
    ${text}.split('/').all(name, size(bytes(name)) <= ${FILE_NAME_BYTES})`;
}

function metadataContainersVariables(key: string): Variable[] {
  return [
    {
      name: 'metadataContainers',
      comment:
        'The items of metadata-containers on the pod: names to include, or !names to exclude.',
      expression: `${valuesOf('variables.annotations', celStrings([key]))}
  .map(text, text.split(',').map(name, name.trim())).flatten()`,
    },
    {
      name: 'listedNames',
      comment: 'The names in metadata-containers without the exclamation mark.',
      expression: `variables.metadataContainers
  .map(name, name.startsWith('!') ? name.substring(1).trim() : name)`,
    },
    {
      name: 'isIncludeList',
      comment:
        'Whether metadata-containers lists the names to include. Otherwise, all containers except the listed ones are included.',
      expression: "variables.metadataContainers.exists(name, !name.startsWith('!'))",
    },
  ];
}

/** Reads the ambassador annotations of a pod and its namespace. */
export function ambassadorAnnotations({ annotationPrefix: prefix, ambassador }: Rules): Variable[] {
  const keys = celStrings(['inject-ambassador', `${prefix}inject-ambassador`]);
  const access = celStrings([`${prefix}ambassador-access`]);
  const words = (annotations: string, names: string): string =>
    `${valuesOf(annotations, names)}\n  .map(text, text.lowerAscii())`;
  return [
    {
      name: 'injectAmbassador',
      comment: 'The values of inject-ambassador on the pod, with and without the prefix.',
      expression: words('variables.annotations', keys),
    },
    {
      name: 'defaultInjectAmbassador',
      comment:
        'The valid values of inject-ambassador on the namespace, with and without the prefix.',
      expression: `${words('variables.defaults', keys)}
  .filter(word, word in ['true', 'false'])`,
    },
    {
      name: 'isAmbassadorRequested',
      comment:
        'Whether an ambassador is requested: the pod takes precedence over the namespace. False if the values with and without the prefix differ.',
      expression: `[variables.injectAmbassador.size() > 0 ? variables.injectAmbassador : variables.defaultInjectAmbassador]
  .exists(words, 'true' in words && !('false' in words))`,
    },
    {
      name: 'ambassadorAccess',
      comment: 'The value of ambassador-access on the pod, if it is set.',
      expression: words('variables.annotations', access),
    },
    {
      name: 'defaultAmbassadorAccess',
      comment:
        'The value of ambassador-access on the namespace, if it is set. An invalid value means the narrowest access.',
      expression: `${words('variables.defaults', access)}
  .map(word, word in ${celStrings(ACCESSES)} ? word : ${celString(ACCESSES[0])})`,
    },
    {
      name: 'access',
      comment: `The access values of pod, namespace and config (${ambassador.maxAccess}), narrowest first. The first one is used.`,
      expression: `${celStrings(ACCESSES)}
  .filter(access, access in variables.ambassadorAccess + variables.defaultAmbassadorAccess + [${celString(ambassador.maxAccess)}] +
    (variables.ambassadorAccess.size() + variables.defaultAmbassadorAccess.size() == 0 ? ['read-only'] : []))`,
    },
    {
      name: 'ambassadorPorts',
      comment: 'The value of ambassador-port on the pod, if it is set.',
      expression: valuesOf('variables.annotations', celStrings([`${prefix}ambassador-port`])),
    },
    {
      name: 'ambassadorKubeconfigs',
      comment: 'The value of ambassador-kubeconfig on the pod, if it is set.',
      expression: words('variables.annotations', celStrings([`${prefix}ambassador-kubeconfig`])),
    },
  ];
}

/** CEL that is true if a text is a valid port of an ambassador. */
export function isPort(text: string): string {
  return `${text}.matches('^[0-9]{1,5}$') && int(${text}) >= ${MIN_PORT} && int(${text}) <= ${MAX_PORT}`;
}
