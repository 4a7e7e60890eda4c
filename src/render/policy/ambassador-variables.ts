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

/** Finds out what the pod's ambassador is to be like. */
export function ambassadorVariables(rules: Rules): Variable[] {
  return [
    {
      name: 'ambassadorNames',
      comment:
        'What it can be called: what it is called already, or else a name that no other container has.',
      expression: `variables.ambassadors.size() > 0 ? [variables.ambassadors[0].name] :
  ${celStrings(AMBASSADOR_NAMES)}.filter(name, !variables.all.exists(of, of.is.name == name))`,
    },
    {
      name: 'hasAmbassador',
      comment: `Whether it has or gets one. On the network of its node the proxy would be open to all neighbours; a
namespace's word does not bring a token into a pod whose own containers hold none.`,
      expression: `variables.isWished && variables.ambassadorNames.size() > 0 &&
  !object.spec.?hostNetwork.orValue(false) &&
  object.spec.?os.?name.orValue('') != 'windows' &&
  !${celStrings(OS_LABELS)}.exists(label, object.spec.?nodeSelector[?label].orValue('') == 'windows') &&
  ('true' in variables.ownWishes || variables.all.exists(of, of.is.?volumeMounts.orValue([]).exists(mount,
    mount.mountPath == ${celString(TOKEN_PATH)} && mount.name.startsWith('kube-api-access-'))))`,
    },
    {
      name: 'wantedPort',
      comment: 'The port that is asked for.',
      expression: `variables.ownPorts.exists(port, ${isPort('port')})
  ? int(variables.ownPorts[0])
  : ${rules.ambassador.port}`,
    },
    {
      name: 'takenPorts',
      comment: 'The ports that other containers declare.',
      expression: `variables.all.map(of, of.is.?ports.orValue([])
  .filter(port, port.?protocol.orValue('TCP') == 'TCP')
  .map(port, port.containerPort)).flatten()`,
    },
    {
      name: 'port',
      comment:
        'That of an ambassador that is there, or the one wanted, or the next one that is free.',
      expression: `(
  variables.ambassadors.filter(container, container.name == variables.ambassadorNames[0])
    .map(container, container.args.filter(word, word.matches('^--port=[0-9]{1,5}$')))
    .flatten().map(word, int(word.substring(7))) +
  lists.range(variables.takenPorts.size() + 1)
    .map(number, (variables.wantedPort - ${MIN_PORT} + number) % ${MAX_PORT - MIN_PORT + 1} + ${MIN_PORT})
    .filter(port, !(port in variables.takenPorts))
)[0]`,
    },
    {
      name: 'url',
      comment: 'Where all other containers find it.',
      expression: `!variables.hasAmbassador ? [] : [${urlLiteral()}]`,
    },
    {
      name: 'tokens',
      comment: 'The volumes that hold just its token already.',
      expression: `variables.volumes
  .filter(volume, volume.name.startsWith('ambassador-token') && has(volume.projected) && volume.projected ==
${tokenLiteral(rules)})
  .map(volume, volume.name)`,
    },
    {
      name: 'newTokens',
      comment: 'The name of the volume that comes along with the ambassador.',
      expression: `!variables.hasAmbassador || variables.ambassadors.size() > 0 || variables.tokens.size() > 0 ? [] :
  (['ambassador-token'] + lists.range(variables.taken.size()).map(number, 'ambassador-token-' + string(number + 2)))
    .filter(name, !(name in variables.taken))
    .slice(0, 1)`,
    },
    {
      name: 'arguments',
      comment: 'Of kubectl, for each access.',
      expression: argumentsLiteral(),
    },
    ...resourceVariables(rules),
    {
      name: 'user',
      comment:
        "The user that all containers agree on, else another one than root: a token's files belong to it.",
      expression: ambassadorUserExpression(rules),
    },
    {
      name: 'sidecar',
      comment: 'The ambassador, unless it is there.',
      expression: `!variables.hasAmbassador || variables.ambassadors.size() > 0 ? [] : [
${sidecarLiteral(rules)}
]`,
    },
  ];
}

/** The operations that add the ambassador. It comes last, as it moves the other init containers. */
export function ambassadorOperations(rules: Rules): string[] {
  return [
    `variables.newTokens.map(name, JSONPatch{op: 'add', path: '/spec/volumes/-', value:
  {'name': dyn(name), 'projected': dyn(
${tokenLiteral(rules)})}})`,
    `variables.sidecar.map(container, has(object.spec.initContainers)
  ? JSONPatch{op: 'add', path: '/spec/initContainers/0', value: container}
  : JSONPatch{op: 'add', path: '/spec/initContainers', value: [container]})`,
  ];
}
