import type { Json, JsonObject } from '../../core/api/json.ts';
import type { Container, Pod } from '../../core/api/pod.ts';
import type { AmbassadorDecision } from '../../core/decision/decide-ambassador.ts';
import { podParts } from '../../core/decision/pod-parts.ts';
import { ACCESSES, type Amounts, type Rules } from '../../core/decision/rules.ts';
import {
  ambassadorContainer,
  NONROOT,
  tokenVolume,
  UNUSED,
} from '../../core/injection/ambassador-container.ts';
import {
  ambassadorResources,
  COUNTED,
  otherAmounts,
} from '../../core/injection/ambassador-resources.ts';
import { toEnv } from '../../core/injection/downward-api.ts';
import { proxyArguments } from '../../core/injection/kubectl-proxy.ts';
import { celLiteral, celStrings } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

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
  const { volume } = tokenVolume(podOf({}), ambassador.tokenSeconds);
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
  const made = {
    ...ambassadorContainer(podParts(podOf({})), decision, '<token>'),
  } as unknown as JsonObject;
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

/** Finds out what resources the pod's ambassador is to have. */
export function resourceVariables(rules: Rules): Variable[] {
  return [
    {
      name: 'podRequests',
      comment: 'What the pod requests as a whole.',
      expression: 'object.spec.?resources.?requests.orValue({})',
    },
    {
      name: 'podLimits',
      comment: 'What the pod as a whole is limited to.',
      expression: 'object.spec.?resources.?limits.orValue({})',
    },
    {
      name: 'limitsAlone',
      comment: 'Of what it has nothing but a limit, which then is its request as well.',
      expression: `${celStrings(COUNTED)}.filter(name, name in variables.podLimits && !(name in variables.podRequests) &&
  !variables.all.exists(of, name in ${REQUESTS} || name in ${LIMITS}))`,
    },
    {
      name: 'limited',
      comment: 'Of what all containers have a limit.',
      expression: `${celStrings(COUNTED)}.filter(name, variables.all.all(of, name in ${LIMITS}))`,
    },
    {
      name: 'isGuaranteed',
      comment: 'Whether requests and limits may be equal.',
      expression: `${celStrings(COUNTED)}.all(name, name in variables.podRequests
  ? (name in variables.podLimits
      ? ${isSame('variables.podRequests[name]', 'variables.podLimits[name]')}
      : name in variables.limited)
  : name in variables.podLimits || variables.all.all(of, name in ${LIMITS} &&
      (!(name in ${REQUESTS}) || ${isSame(`${REQUESTS}[name]`, `${LIMITS}[name]`)})))`,
    },
    {
      name: 'resources',
      comment: `Requests of 0 that fit any budget of the pod as a whole, and limits within it; requests equal to limits in a
Guaranteed pod, so that it stays so; a cpu limit where all others have one.`,
      expression: resourcesExpression(rules),
    },
  ];
}

const REQUESTS = 'of.is.?resources.?requests.orValue({})';
const LIMITS = 'of.is.?resources.?limits.orValue({})';

function isSame(one: string, other: string): string {
  return `quantity(string(${one})).compareTo(quantity(string(${other}))) == 0`;
}

type Kind = 'requests' | 'limits';

/** What the table above ambassadorResources() says, in the same order. */
function resourcesExpression(rules: Rules): string {
  const amounts = (kind: Kind): Json => ({
    ...Object.fromEntries(COUNTED.map((name) => [`?${name}`, `<${kind}-of-${name}>`])),
    ...otherAmounts(rules.ambassador.resources[kind]),
  });
  const marks = (['requests', 'limits'] as const).flatMap((kind) =>
    COUNTED.map((name) => [`<${kind}-of-${name}>`, amountExpression(kind, name, rules)]),
  );
  const both = { requests: amounts('requests'), limits: amounts('limits') };
  return celLiteral(both, Object.fromEntries(marks));
}

/** An amount, or none. */
function amountExpression(kind: Kind, name: (typeof COUNTED)[number], rules: Rules): string {
  const of = (resources: object): string => {
    const made = ambassadorResources(podParts(podOf({ resources })), rules.ambassador)[kind] ?? {};
    return optional((made as Amounts)[name]);
  };
  const limit = `string(variables.podLimits['${name}'])`;
  const own = rules.ambassador.resources.limits[name];
  const isLimited = `'${name}' in variables.limited`;
  const [ofRequest, ofLimit] =
    kind === 'requests'
      ? [optional('0'), optional('0')]
      : [`(${isLimited} ? ${optional('0')} : ${optional(own)})`, within(limit, own)];
  const rows = [
    [`'${name}' in variables.limitsAlone`, optional(undefined)],
    [`'${name}' in variables.podLimits`, ofLimit],
    [`'${name}' in variables.podRequests`, ofRequest],
    ['variables.isGuaranteed', of({ limits: { cpu: '1', memory: '1' } })],
    [`'cpu' in variables.limited`, of({ limits: { cpu: '1' } })],
  ];
  const usual = of({});
  while (rows.at(-1)?.[1] === usual) rows.pop();
  const lines = rows.map(([condition, amount]) => `${condition} ? ${amount} :`);
  return ['', ...lines, usual].join('\n    ');
}

/** A limit of the pod's, but no more than what is configured. */
function within(limit: string, own: string | undefined): string {
  if (own === undefined) return `optional.of(${limit})`;
  const text = celLiteral(own);
  return `optional.of(quantity(${limit}).isGreaterThan(quantity(${text})) ? ${text} : ${limit})`;
}

function optional(amount: string | undefined): string {
  return amount === undefined ? 'optional.none()' : `optional.of(${celLiteral(amount)})`;
}

/** A pod with such a container, to see what is made for it. */
export function podOf(container: object): Pod {
  return { spec: { containers: [{ name: 'app', ...container } as Container] } };
}
