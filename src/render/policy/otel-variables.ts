import { IMAGE_REFERENCE, MAX_IMAGE_LENGTH } from '../../core/api/image-reference.ts';
import { MAX_OTEL_LENGTH, MAX_VALUE_LENGTH } from '../../core/decision/no-value.ts';
import {
  encode,
  OTEL_ANNOTATION_PREFIX,
  PLAIN_TEXT,
  SERVICE_NAME_LABELS,
  SERVICE_VERSION_LABEL,
  WORKLOAD_ATTRIBUTES,
} from '../../core/decision/otel-attributes.ts';
import { OTEL_REFERENCES } from '../../core/decision/profiles.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { celLiteral, celString } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

const ASCII = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));

/** The signs that `encode` replaces. `%` is the first, because it begins their replacements. */
const ENCODED = ['%', ...ASCII.filter((sign) => sign !== '%' && encode(sign) !== sign)];

/** CEL that percent-encodes a text of printable ASCII characters, as `encode` does. */
function encoded(text: string): string {
  const replaced = ENCODED.map((sign) => `.replace(${celString(sign)}, '${encode(sign)}')`);
  return `[string(${text})].map(text, text.matches(${celString(PLAIN_TEXT)}) ? text :
    text${replaced.join('')})[0]`;
}

const reference = (name: keyof typeof OTEL_REFERENCES): string => `$(${OTEL_REFERENCES[name]})`;

/** CEL for the list of a text, or an empty list if it is empty or longer than any name. */
function shortText(text: string): string {
  return `[${text}].filter(text, text != '' && text.size() <= ${MAX_VALUE_LENGTH})`;
}

/** CEL for a list of the attribute whose value is in a list of one text or none. */
function attribute(name: string, values: string): string {
  return `${values}.map(text, {'name': ${name}, 'value': text})`;
}

function ofPod(name: string, ...path: (keyof typeof OTEL_REFERENCES)[]): string {
  const value = path.map(reference).join('.');
  return `[{'name': ${celString(name)}, 'value': ${celString(value)}}]`;
}

/** What the attributes of all containers have in common: otelFacts() as CEL. */
export function otelVariables({ otel, clusterName = '' }: Rules): Variable[] {
  const label = (key: string): string =>
    otel.useLabels ? shortText(`object.metadata.?labels[?${celString(key)}].orValue('')`) : '[]';
  const names = [
    ...(otel.useLabels ? SERVICE_NAME_LABELS.map(label) : []),
    'variables.otelWorkload.map(workload, workload.name)',
    `[${celString(reference('podName'))}]`,
  ];
  const pairs = [
    `variables.otelAnnotations.map(name, {'name': name, 'value': ${encoded(`variables.annotations[${celString(OTEL_ANNOTATION_PREFIX)} + name]`)}})`,
    attribute("'service.name'", `[(${names.join(' +\n    ')})[0]]`),
    ofPod('service.namespace', 'podNamespace'),
    attribute("'service.version'", label(SERVICE_VERSION_LABEL)),
    attribute(
      "'k8s.cluster.name'",
      clusterName === '' ? '[]' : `[${celString(encode(clusterName))}]`,
    ),
    ofPod('k8s.namespace.name', 'podNamespace'),
    ofPod('k8s.node.name', 'nodeName'),
    `variables.otelWorkload.filter(workload, workload.attribute != '')
    .map(workload, {'name': workload.attribute, 'value': workload.name})`,
    ofPod('k8s.pod.name', 'podName'),
    ofPod('k8s.pod.uid', 'podUid'),
  ];
  return [
    {
      name: 'otelAnnotations',
      comment: `The names of the attributes that annotations ${OTEL_ANNOTATION_PREFIX}* set.`,
      expression: `variables.annotations
  .filter(key, key.startsWith(${celString(OTEL_ANNOTATION_PREFIX)}) && variables.annotations[key] != '')
  .map(key, key.substring(${OTEL_ANNOTATION_PREFIX.length})).sort()`,
    },
    {
      name: 'otelWorkload',
      comment:
        'The workload, if the pod has a controller: its encoded name, and the attribute for it, if there is one for its kind.',
      expression: `variables.workloads
  .filter(workload, workload.name != '' && workload.name.size() <= ${MAX_VALUE_LENGTH})
  .map(workload, {
    'attribute': ${celLiteral(Object.fromEntries(WORKLOAD_ATTRIBUTES), {}, 4)}[?workload.kind + '.' + workload.group].orValue(''),
    'name': ${encoded('workload.name')}})`,
    },
    {
      name: 'otelShared',
      comment: 'The attributes that all containers have in common.',
      expression: `(${pairs.join(' +\n  ')})`,
    },
    {
      name: 'otelAttributes',
      comment: 'The same attributes. Of two with the same name, the first one is used.',
      expression: `variables.otelShared.transformList(index, one,
  !variables.otelShared.exists(earlier, other, earlier < index && other.name == one.name), one)`,
    },
    {
      name: 'otelNames',
      comment: 'The names of these attributes.',
      expression: 'variables.otelAttributes.map(one, one.name)',
    },
    {
      name: 'otelText',
      comment: `These attributes as text; empty if those of the annotations have more than ${MAX_OTEL_LENGTH} characters, so that nothing is injected.`,
      expression: `variables.otelAttributes.transformList(index, one, index < variables.otelAnnotations.size(), one.name + '=' + one.value)
  .join(',').size() > ${MAX_OTEL_LENGTH} ? '' :
  variables.otelAttributes.map(one, one.name + '=' + one.value).join(',')`,
    },
  ];
}

/** otelAttributes() as CEL: a list with a map of the value in the container of `entry`, or an empty list. */
export function otelValue(): string {
  const instance = `${reference('podNamespace')}.${reference('podName')}.`;
  return `variables.otelText == '' ? [] : [{'value': dyn(([variables.otelText] + (
      [{'name': 'service.instance.id', 'value': ${celString(instance)} + string(entry.container.name)},
       {'name': 'k8s.container.name', 'value': string(entry.container.name)}] +
      [string(entry.container.?image.orValue(''))]
      .filter(image, image.size() <= ${MAX_IMAGE_LENGTH} && image.matches(${celString(IMAGE_REFERENCE)}))
      .map(image, ${encoded('image')})
      .map(image, image.split('@'))
      .map(parts, {'name': [parts[0]], 'digest': parts.slice(1, parts.size()), 'last': [parts[0].substring(parts[0].lastIndexOf('/') + 1)]})
      .map(image, {
        'name': image.last[0].contains(':') ? [image.name[0].substring(0, image.name[0].lastIndexOf(':'))] : image.name,
        'tag': image.last[0].contains(':') ? [image.last[0].substring(image.last[0].indexOf(':') + 1)] : [],
        'digest': image.digest})
      .map(image, [
        (image.tag + image.digest).size() == 0 ? [] : [{'name': 'service.version', 'value': (image.tag + image.digest).join('@')}],
        image.name.map(name, {'name': 'container.image.name', 'value': name}),
        image.tag.map(tag, {'name': 'container.image.tags', 'value': tag})].flatten())
      .flatten()
    ).filter(one, !(one.name in variables.otelNames)).map(one, one.name + '=' + one.value)).join(','))}]`;
}

/** Whether CEL can encode what the attributes of the pod contain. */
export const CAN_ENCODE = `variables.annotations.all(key, !key.startsWith(${celString(OTEL_ANNOTATION_PREFIX)}) ||
    variables.annotations[key].matches('^[ -~]*$')) &&
  variables.workloads.all(workload, workload.name.matches('^[ -~]*$'))`;
