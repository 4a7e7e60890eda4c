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
    celLiteral(ambassadorResources(podOf(container), ambassador) ?? {}, {}, 4);
  const limits = 'of.is.?resources.?limits.orValue({})';
  const requests = 'of.is.?resources.?requests.orValue({})';
  return `object.spec.?resources.?requests.orValue({}).size() + object.spec.?resources.?limits.orValue({}).size() > 0
  ? dyn({})
  : variables.all.all(of, ['cpu', 'memory'].all(name, name in ${limits} &&
      (!(name in ${requests}) ||
        quantity(string(${requests}[name])).compareTo(quantity(string(${limits}[name]))) == 0)))
  ? dyn(${of({ resources: { limits: { cpu: '1', memory: '1' } } })})
  : variables.all.all(of, 'cpu' in ${limits})
  ? dyn(${of({ resources: { limits: { cpu: '1' } } })})
  : dyn(${of({})})`;
}

/** Not read where the config names a user, or leaves it to the pod. */
export function ambassadorUserExpression({ ambassador }: Rules): string {
  const another = ambassadorUser(podOf({}), { ...ambassador, runAsUser: undefined });
  return `[variables.all.map(of, of.is.?securityContext.?runAsUser.orValue(
    object.spec.?securityContext.?runAsUser.orValue(0)))]
  .map(users, users[0] > 0 && users.all(user, user == users[0]) &&
    !object.spec.?shareProcessNamespace.orValue(false) ? users[0] : ${another})[0]`;
}

function podOf(container: object): Pod {
  return { spec: { containers: [{ name: 'app', ...container } as Container] } };
}

function withMark(text: string): string {
  return text.replaceAll(String(ANY_PORT), '<port>');
}
