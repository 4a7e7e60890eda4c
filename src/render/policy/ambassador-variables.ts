import { AMBASSADOR_NAMES, TOKEN_PATH } from '../../core/decision/ambassador.ts';
import { OS_LABELS } from '../../core/decision/ambassador-obstacles.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { MAX_PORT, MIN_PORT } from '../../core/decision/rules.ts';
import {
  ambassadorUserExpression,
  argumentsLiteral,
  resourceVariables,
  sidecarLiteral,
  tokenLiteral,
  urlLiteral,
} from './ambassador-container.ts';
import { isPort } from './annotation-variables.ts';
import { celString, celStrings } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

/** Computes whether the pod gets an ambassador, and its name, port, token and container. */
export function ambassadorVariables(rules: Rules): Variable[] {
  return [
    {
      name: 'ambassadorNames',
      comment:
        'The name of the existing ambassador. Otherwise, the names of an ambassador that no other container has; the first one is used.',
      expression: `variables.ambassadors.size() > 0 ? [variables.ambassadors[0].name] :
  ${celStrings(AMBASSADOR_NAMES)}.filter(name, !variables.allContainers.exists(entry, entry.container.name == name))`,
    },
    {
      name: 'hasAmbassador',
      comment: `Whether the pod has or gets an ambassador. Pods on Windows nodes get none. Pods with hostNetwork get none, because everything on the node could use the proxy. If no container mounts a token (automountServiceAccountToken: false), only the pod itself can request an ambassador.`,
      expression: `variables.isAmbassadorRequested && variables.ambassadorNames.size() > 0 &&
  !object.spec.?hostNetwork.orValue(false) &&
  object.spec.?os.?name.orValue('') != 'windows' &&
  !${celStrings(OS_LABELS)}.exists(label, object.spec.?nodeSelector[?label].orValue('') == 'windows') &&
  ('true' in variables.injectAmbassador || variables.allContainers.exists(entry, entry.container.?volumeMounts.orValue([]).exists(mount,
    mount.mountPath == ${celString(TOKEN_PATH)} && mount.name.startsWith('kube-api-access-'))))`,
    },
    {
      name: 'requestedPort',
      comment: 'The requested port, or the default port.',
      expression: `variables.ambassadorPorts.exists(port, ${isPort('port')})
  ? int(variables.ambassadorPorts[0])
  : ${rules.ambassador.port}`,
    },
    {
      name: 'takenPorts',
      comment: 'The TCP ports that other containers declare.',
      expression: `variables.allContainers.map(entry, entry.container.?ports.orValue([])
  .filter(port, port.?protocol.orValue('TCP') == 'TCP')
  .map(port, port.containerPort)).flatten()`,
    },
    {
      name: 'port',
      comment:
        'The port of the existing ambassador. Otherwise the requested port or, if a container declares it, the next free port.',
      expression: `(
  variables.ambassadors.filter(container, container.name == variables.ambassadorNames[0])
    .map(container, container.args.filter(word, word.matches('^--port=[0-9]{1,5}$')))
    .flatten().map(word, int(word.substring(7))) +
  lists.range(variables.takenPorts.size() + 1)
    .map(number, (variables.requestedPort - ${MIN_PORT} + number) % ${MAX_PORT - MIN_PORT + 1} + ${MIN_PORT})
    .filter(port, !(port in variables.takenPorts))
)[0]`,
    },
    {
      name: 'urlVariable',
      comment: 'The variable KUBE_API_URL, which all containers except the ambassador get.',
      expression: `!variables.hasAmbassador ? [] : [${urlLiteral()}]`,
    },
    {
      name: 'tokenVolumes',
      comment: 'The names of existing volumes that contain exactly the token of the ambassador.',
      expression: `variables.volumes
  .filter(volume, volume.name.startsWith('ambassador-token') && has(volume.projected) && volume.projected ==
${tokenLiteral(rules)})
  .map(volume, volume.name)`,
    },
    {
      name: 'newTokenVolumes',
      comment: 'The name of the token volume to add, if one is needed.',
      expression: `!variables.hasAmbassador || variables.ambassadors.size() > 0 || variables.tokenVolumes.size() > 0 ? [] :
  (['ambassador-token'] + lists.range(variables.volumeNames.size()).map(number, 'ambassador-token-' + string(number + 2)))
    .filter(name, !(name in variables.volumeNames))
    .slice(0, 1)`,
    },
    {
      name: 'arguments',
      comment: 'The arguments of kubectl for each value of ambassador-access.',
      expression: argumentsLiteral(),
    },
    ...resourceVariables(rules),
    {
      name: 'user',
      comment:
        'The runAsUser of the ambassador: the user that all containers share, because the kubelet gives token files to that user. Otherwise, or if that user is root, 65532. If containers share processes, a user that no container has.',
      expression: ambassadorUserExpression(rules),
    },
    {
      name: 'sidecarIndex',
      comment:
        'The index of the ambassador among the init containers: after the last sidecar of a service mesh, otherwise first.',
      expression: `object.spec.?initContainers.orValue([]).map(container, container.name in ${celStrings(rules.ambassador.after)} &&
  container.?restartPolicy.orValue('') == 'Always').lastIndexOf(true) + 1`,
    },
    {
      name: 'sidecar',
      comment: 'The container of the ambassador, unless the pod already has one.',
      expression: `!variables.hasAmbassador || variables.ambassadors.size() > 0 ? [] : [
${sidecarLiteral(rules)}
]`,
    },
  ];
}

/** CEL for the operations that add the ambassador. They come last, because they move the other init containers. */
export function ambassadorOperations(rules: Rules): string[] {
  return [
    `variables.newTokenVolumes.map(name, JSONPatch{op: 'add', path: '/spec/volumes/-', value:
  {'name': dyn(name), 'projected': dyn(
${tokenLiteral(rules)})}})`,
    `(!variables.hasAmbassador || variables.ambassadors.size() == 0 ? [] : object.spec.initContainers)
  .transformList(index, container,
    container.name == variables.ambassadors[0].name && !has(container.restartPolicy),
    JSONPatch{op: 'add', path: '/spec/initContainers/' + string(index) + '/restartPolicy', value: 'Always'})`,
    `variables.sidecar.map(container, has(object.spec.initContainers)
  ? JSONPatch{op: 'add', path: '/spec/initContainers/' + string(variables.sidecarIndex), value: container}
  : JSONPatch{op: 'add', path: '/spec/initContainers', value: [container]})`,
  ];
}
