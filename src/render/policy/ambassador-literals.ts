import type { Json } from '../../api/json.ts';
import type { Container, Pod } from '../../api/pod.ts';
import { ACCESSES } from '../../decision/access.ts';
import type { AmbassadorDecision } from '../../decision/decide-ambassador.ts';
import type { Rules } from '../../decision/rules.ts';
import { ambassadorContainer } from '../../injection/ambassador-container.ts';
import { ambassadorResources } from '../../injection/ambassador-resources.ts';
import { ambassadorUser } from '../../injection/ambassador-user.ts';
import { toEnv } from '../../injection/downward-api.ts';
import { proxyArguments } from '../../injection/kubectl-proxy.ts';
import { tokenVolume } from '../../injection/token-volume.ts';
import { celLiteral } from './cel-literal.ts';

/** Stands for the port, as it is none. */
const ANY_PORT = 999_999;

/** Stands for the namespace: it has only signs that mean themselves in regular expressions. */
const ANY_NAMESPACE = 'ANY-NAMESPACE';

/** Stand for what a policy finds out pod by pod. */
const MARKS = {
  '<port>': 'variables.port',
  [ANY_NAMESPACE]: 'request.namespace',
  '<name>': 'variables.ambassadorNames[0]',
  '<token>': '(variables.tokens + variables.newTokens)[0]',
  '<arguments>': 'variables.arguments[variables.access[0]]',
  '<resources>': 'variables.resources',
  '<user>': 'variables.user',
};

/** All that podherald gives to the other containers. */
export function urlLiteral(): string {
  const value = 'http://127.0.0.1:<port>';
  const [variable] = toEnv([{ name: 'KUBE_API_URL', source: { literal: value } }], '');
  return celLiteral({ ...variable } as Json, MARKS);
}

export function argumentsLiteral(): string {
  const byAccess = ACCESSES.map((access) => {
    const words = proxyArguments({ access, port: ANY_PORT, namespace: ANY_NAMESPACE });
    return [access, words.map(withMark)] as const;
  });
  return celLiteral(Object.fromEntries(byAccess), MARKS);
}

export function tokenLiteral({ ambassador }: Rules): string {
  const { volume } = tokenVolume([], ambassador.tokenSeconds);
  return `    ${celLiteral(volume['projected'] ?? null, {}, 4)}`;
}

/** What ambassadorContainer() makes, with a mark for each part that depends on the pod. */
export function sidecarLiteral({ ambassador }: Rules): string {
  const decision: AmbassadorDecision = {
    container: '<name>',
    port: ANY_PORT,
    access: 'read-only',
    namespace: '',
    rules: ambassador,
  };
  const made: object = ambassadorContainer(podOf({}), decision, '<token>');
  const text = withMark(JSON.stringify({ ...made, args: '<arguments>', resources: '<resources>' }));
  const sidecar = JSON.parse(text);
  if (ambassador.runAsUser === undefined) sidecar.securityContext.runAsUser = '<user>';
  return `  ${celLiteral(sidecar, MARKS, 2)}`;
}

/** One literal for each row of the table above ambassadorResources(). */
export function resourcesExpression({ ambassador }: Rules): string {
  const of = (container: object): string =>
    celLiteral(ambassadorResources(podOf(container), ambassador), {}, 4);
  const limits = 'of.is.?resources.?limits.orValue({})';
  const requests = 'of.is.?resources.?requests.orValue({})';
  return `object.spec.?resources.?requests.orValue({}).size() + object.spec.?resources.?limits.orValue({}).size() > 0
  ? ${withinThePods(ambassador)}
  : variables.all.all(of, ['cpu', 'memory'].all(name, name in ${limits} &&
      (!(name in ${requests}) ||
        quantity(string(${requests}[name])).compareTo(quantity(string(${limits}[name]))) == 0)))
  ? dyn(${of({ resources: { limits: { cpu: '1', memory: '1' } } })})
  : variables.all.all(of, 'cpu' in ${limits})
  ? dyn(${of({ resources: { limits: { cpu: '1' } } })})
  : dyn(${of({})})`;
}

/** The limits of the pod as a whole, and each of them no larger than what is configured. */
function withinThePods({ resources }: Rules['ambassador']): string {
  const ofPod = 'object.spec.?resources.?limits.orValue({})';
  const capped = (name: string): string => {
    const limit = `string(${ofPod}['${name}'])`;
    const own = resources.limits[name];
    if (own === undefined) return limit;
    const text = celLiteral(own);
    return `(quantity(${limit}).isLessThan(quantity(${text})) ? ${limit} : ${text})`;
  };
  const marks = { '<cpu>': capped('cpu'), '<memory>': capped('memory') };
  const of = (limits: object): string => {
    const requests = { ...resources.requests, cpu: '0', memory: '0' };
    return `dyn(${celLiteral({ requests, limits: { ...resources.limits, ...limits } }, marks, 4)})`;
  };
  const [cpu, memory] = [{ cpu: '<cpu>' }, { memory: '<memory>' }];
  return `('cpu' in ${ofPod}
    ? ('memory' in ${ofPod} ? ${of({ ...cpu, ...memory })} : ${of(cpu)})
    : ('memory' in ${ofPod} ? ${of(memory)} : ${of({})}))`;
}

/** No pod has containers of so many users next to each other, and a list in a policy has an end. */
const CANDIDATES = 8;

/** Not read where the config names a user, or leaves it to the pod. */
export function ambassadorUserExpression({ ambassador }: Rules): string {
  const another = ambassadorUser(podOf({}), { ...ambassador, runAsUser: undefined }) ?? 0;
  const users = Array.from({ length: CANDIDATES }, (_, index) => another + index);
  return `[variables.all.map(of, of.is.?securityContext.?runAsUser.orValue(
    object.spec.?securityContext.?runAsUser.orValue(0)))]
  .map(users, object.spec.?shareProcessNamespace.orValue(false)
    ? [${users.join(', ')}].filter(user, !(user in users))[0]
    : users[0] > 0 && users.all(user, user == users[0]) ? users[0] : ${another})[0]`;
}

function podOf(container: object): Pod {
  return { spec: { containers: [{ name: 'app', ...container } as Container] } };
}

function withMark(text: string): string {
  return text.replaceAll(String(ANY_PORT), '<port>');
}
