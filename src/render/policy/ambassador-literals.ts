import type { Json, JsonObject } from '../../core/api/json.ts';
import type { AmbassadorDecision } from '../../core/decision/decision.ts';
import { ACCESSES, type Rules } from '../../core/decision/rules.ts';
import {
  ambassadorContainer,
  NONROOT,
  tokenVolume,
  UNUSED,
} from '../../core/injection/ambassador-container.ts';
import { toEnv } from '../../core/injection/downward-api.ts';
import { proxyArguments } from '../../core/injection/kubectl-proxy.ts';
import { celLiteral } from './cel-literal.ts';
import { podOf } from './sample-pod.ts';

/** Stands for the port, as it is none. */
const ANY_PORT = 999_999;

/** Stands for the namespace: it has only signs that mean themselves in regular expressions. */
const ANY_NAMESPACE = 'ANY-NAMESPACE';

/** Stand for what a policy finds out pod by pod. */
const MARKS = {
  '<port>': 'variables.port',
  '<name>': 'variables.ambassadorNames[0]',
  '<token>': '(variables.tokens + variables.newTokens)[0]',
  '<arguments>': 'variables.arguments[variables.access[0]]',
  '<resources>': 'variables.resources',
  '<user>': 'variables.user[?0]',
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
  return celLiteral(Object.fromEntries(byAccess), {
    ...MARKS,
    [ANY_NAMESPACE]: 'request.namespace',
  });
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
  const made = { ...ambassadorContainer(podOf({}), decision, '<token>') } as unknown as JsonObject;
  const { runAsUser } = ambassador;
  const sidecar = {
    ...made,
    args: '<arguments>',
    resources: '<resources>',
    startupProbe: JSON.parse(withMark(JSON.stringify(made['startupProbe']))) as Json,
    ...(typeof runAsUser !== 'number' && {
      securityContext: {
        ...(made['securityContext'] as JsonObject),
        runAsUser: undefined,
        '?runAsUser': '<user>',
      },
    }),
  };
  return `  ${celLiteral(sidecar, MARKS, 2)}`;
}

/** No pod has containers of so many users next to each other, and a list in a policy has an end. */
const CANDIDATES = 8;

/** A list of one user or none. Not read where the config names one. */
export function ambassadorUserExpression({ ambassador }: Rules): string {
  const ofPod = 'object.spec.?securityContext.?runAsUser';
  if (ambassador.runAsUser === 'inherit') {
    return `${ofPod}.orValue(${NONROOT}) == 0 ? [dyn(${NONROOT})] : []`;
  }
  const candidates = Array.from({ length: CANDIDATES }, (_, index) => UNUSED + index);
  return `[variables.all.map(of, of.is.?securityContext.?runAsUser.orValue(${ofPod}.orValue(0)))]
  .map(users, dyn(object.spec.?shareProcessNamespace.orValue(false) || object.spec.?hostPID.orValue(false)
    ? [${candidates.join(', ')}].filter(user, !(user in users))[0]
    : users[0] > 0 && users.all(user, user == users[0]) ? users[0] : ${NONROOT}))`;
}

function withMark(text: string): string {
  return text.replaceAll(String(ANY_PORT), '<port>');
}
