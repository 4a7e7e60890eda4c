import { DNS_LABEL } from '../../core/api/names.ts';
import { ANNOTATION_KEYS, type AnnotationName } from '../../core/decision/annotations.ts';

import { sourceText } from '../../core/decision/env-source.ts';
import { OTEL_ANNOTATION_PREFIX } from '../../core/decision/otel-attributes.ts';
import { ACCESSES, MAX_PORT, MIN_PORT, type Rules } from '../../core/decision/rules.ts';
import { ACCESS_WORDS } from '../../core/decision/values.ts';
import { isInjectMetadataValue, isPath, isPort } from './annotation-variables.ts';

import { celString, celStrings } from './cel-literal.ts';
import { CAN_ENCODE } from './otel-variables.ts';
import type { Variable } from './pod-variables.ts';

/** The annotations with items, which CEL cannot parse. */
export const ITEM_KEYS = ['metadata-env', 'metadata-files'] as const satisfies AnnotationName[];

/** The annotations whose values are trimmed. */
export const TRIMMED_KEYS = [
  'inject-metadata',
  'metadata-path',
  'metadata-containers',
  'inject-ambassador',
  'ambassador-access',
  'ambassador-port',
  'ambassador-kubeconfig',
] as const satisfies AnnotationName[];

/** What must be true of a pod so that the policy injects it. Its name is also the name of a variable. */
export interface Requirement extends Variable {
  /** CEL for the message if it is not true. */
  readonly message: string;
}

/** The pod's own annotations are valid. */
export function validityRequirements(rules: Rules): Requirement[] {
  return [...metadataValidity(rules), ...ambassadorValidity(rules)].map((requirement) => ({
    ...requirement,
    expression: `!variables.areBlanksClear ||\n  (${requirement.expression})`,
  }));
}

function metadataValidity({ annotationPrefix: prefix }: Rules): Requirement[] {
  const selection = celString(`${prefix}metadata-containers`);
  return [
    {
      name: 'isInjectMetadataValid',
      comment: 'inject-metadata is valid: true, false, or valid profile names.',
      expression: `variables.injectMetadata.all(names, ${isInjectMetadataValue('names')})`,
      message: `'inject-metadata: invalid value "' + variables.injectMetadata.map(names, names.join(',')).join('", "') +
  '": expected true, false, or profile names separated by commas'`,
    },
    {
      name: 'injectMetadataKeysAgree',
      comment: 'inject-metadata has the same value with and without the prefix.',
      expression: 'variables.injectMetadata.all(names, names == variables.injectMetadata[0])',
      message: celString(
        `inject-metadata and ${prefix}inject-metadata have different values; remove one of them`,
      ),
    },
    {
      name: 'isMetadataPathValid',
      comment: 'metadata-path is a valid mount path.',
      expression: `variables.metadataPaths.all(path, ${isPath('path')})`,
      message: `${celString(`${prefix}metadata-path: invalid value "`)} + variables.path +
  '": expected an absolute path such as /etc/downward, without :, //, . and .., without a trailing slash, and not a folder or file of the system'`,
    },
    {
      name: 'areMetadataContainersValid',
      comment:
        'metadata-containers lists either names to include or !names to exclude, and includes only existing containers.',
      expression: `variables.listedNames.all(name,
    name.matches(${celString(DNS_LABEL.source)}) &&
    variables.listedNames.filter(other, other == name).size() == 1 &&
    (!variables.isIncludeList || variables.allContainers.exists(entry, entry.container.name == name))) &&
  !(variables.isIncludeList && variables.metadataContainers.exists(name, name.startsWith('!')))`,
      message: `${celString(`${prefix}metadata-containers: invalid value "`)} + variables.annotations[?${selection}].orValue('') +
  '": expected container names to include, or !names to exclude, each only once; the containers of the pod are ' +
  variables.allContainers.map(entry, entry.container.name).join(', ')`,
    },
  ];
}

function ambassadorValidity({ annotationPrefix: prefix }: Rules): Requirement[] {
  const invalid = (key: string, variable: string, expected: string): string =>
    `${celString(`${key}: invalid value "`)} + variables.${variable}.join('", "') + ${celString(`": expected ${expected}`)}`;
  return [
    {
      name: 'isInjectAmbassadorValid',
      comment: 'inject-ambassador is valid.',
      expression: "variables.injectAmbassador.all(word, word in ['true', 'false'])",
      message: invalid('inject-ambassador', 'injectAmbassador', 'true or false'),
    },
    {
      name: 'injectAmbassadorKeysAgree',
      comment: 'inject-ambassador has the same value with and without the prefix.',
      expression: 'variables.injectAmbassador.all(word, word == variables.injectAmbassador[0])',
      message: celString(
        `inject-ambassador and ${prefix}inject-ambassador have different values; remove one of them`,
      ),
    },
    {
      name: 'isAmbassadorAccessValid',
      comment: 'ambassador-access is valid.',
      expression: `variables.ambassadorAccess.all(word, word in ${celStrings(ACCESSES)})`,
      message: invalid(`${prefix}ambassador-access`, 'ambassadorAccess', ACCESS_WORDS),
    },
    {
      name: 'isAmbassadorPortValid',
      comment: 'ambassador-port is a valid port.',
      expression: `variables.ambassadorPorts.all(port, ${isPort('port')})`,
      message: invalid(
        `${prefix}ambassador-port`,
        'ambassadorPorts',
        `a port from ${MIN_PORT} to ${MAX_PORT}`,
      ),
    },
    {
      name: 'isAmbassadorPortFree',
      comment: 'No container declares the requested port.',
      expression: `variables.ambassadorPorts.size() == 0 || !('true' in variables.injectAmbassador) ||
  !variables.hasAmbassador || variables.ambassadors.size() > 0 || !(variables.requestedPort in variables.takenPorts)`,
      message: invalid(
        `${prefix}ambassador-port`,
        'ambassadorPorts',
        'a port that no container declares',
      ),
    },
    {
      name: 'isAmbassadorKubeconfigValid',
      comment: 'ambassador-kubeconfig is valid.',
      expression: "variables.ambassadorKubeconfigs.all(word, word in ['true', 'false'])",
      message: invalid(`${prefix}ambassador-kubeconfig`, 'ambassadorKubeconfigs', 'true or false'),
    },
  ];
}

/** The pod requests only what a policy can do. The webhook can do all of it. */
export function supportRequirements({ annotationPrefix: prefix }: Rules): Requirement[] {
  const items = celStrings(ITEM_KEYS.map((name) => prefix + name));
  return [
    {
      name: 'hasNoItems',
      comment:
        'The pod does not set metadata-env or metadata-files, because CEL cannot parse their items.',
      expression: `!${items}.exists(key, key in variables.annotations)`,
      message: celString(
        `${prefix}metadata-env and ${prefix}metadata-files: an admission policy cannot parse these annotations, so nothing is injected; remove them, and request a profile instead`,
      ),
    },
    areBlanksClear(prefix),
    {
      name: 'canEncodeAttributes',
      comment:
        'The attributes of OpenTelemetry, if they are requested, consist of printable ASCII characters. CEL cannot percent-encode others.',
      expression: `!(${celString(sourceText({ otel: 'resourceAttributes' }))} in variables.requestedSources) || (
  ${CAN_ENCODE})`,
      message: celString(
        `the ${OTEL_ANNOTATION_PREFIX}* annotations or the name of the owner contain characters that an admission policy cannot percent-encode, so nothing is injected; use ASCII characters only`,
      ),
    },
    {
      name: 'hasNoKubeconfig',
      comment: 'The pod does not request a kubeconfig, because this policy cannot add one.',
      expression: "!variables.hasAmbassador || !('true' in variables.ambassadorKubeconfigs)",
      message: celString(
        `${prefix}ambassador-kubeconfig: this admission policy cannot add a kubeconfig, so nothing is injected; remove the annotation`,
      ),
    },
    {
      name: 'areVolumeNamesValid',
      comment:
        'The names of new volumes are valid and unique. CEL cannot compute the hash with which the webhook shortens long names.',
      expression: `variables.newVolumes.all(mount, mount.name.matches(${celString(DNS_LABEL.source)}) &&
  variables.newVolumes.filter(other, other.name == mount.name).size() == 1)`,
      message: `'the volume names ' + variables.newVolumes.map(mount, mount.name).join(', ') +
  ' are too long or not unique, so nothing is injected; use shorter container names'`,
    },
  ];
}

/** If it is not true, the values are not validated: CEL and podherald trim them differently. */
function areBlanksClear(prefix: string): Requirement {
  const bare = TRIMMED_KEYS.filter((name) => ANNOTATION_KEYS[name].bare);
  const keys = TRIMMED_KEYS.map((name) => prefix + name);
  return {
    name: 'areBlanksClear',
    comment:
      'No annotation of podherald contains U+0085 or U+FEFF. Trimming differs: CEL removes only U+0085, the webhook only U+FEFF.',
    expression: `[dyn(variables.annotations), dyn(variables.defaults)].all(annotations,
  ${celStrings([...bare, ...keys])}
  .all(key, !(key in annotations) || !annotations[key].matches(${celString('[\\x{85}\\x{feff}]')})))`,
    message: celString(
      'an annotation of podherald contains U+0085 or U+FEFF, which an admission policy and the webhook trim differently, so nothing is injected; remove this character',
    ),
  };
}
