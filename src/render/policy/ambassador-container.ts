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

/** Placeholder for the port: no valid port has this number. */
const ANY_PORT = 999_999;

/** Placeholder for the namespace: it contains no special character of regular expressions. */
const ANY_NAMESPACE = 'ANY-NAMESPACE';

/** Placeholders for values that depend on the pod, with the CEL that computes each. */
const MARKS = {
  '<port>': 'variables.port',
  '<name>': 'variables.ambassadorNames[0]',
  '<token>': '(variables.tokenVolumes + variables.newTokenVolumes)[0]',
  '<arguments>': 'variables.arguments[variables.access[0]]',
  '<resources>': 'variables.resources',
  '<user>': 'variables.user[?0]',
};

/** CEL for the variable that the other containers get. */
export function urlLiteral(): string {
  const value = 'http://127.0.0.1:<port>';
  const [variable] = toEnv([{ name: 'KUBE_API_URL', source: { literal: value } }]);
  return celLiteral({ ...variable } as Json, MARKS);
}

/** CEL for a map from access to the arguments of kubectl. */
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

/** CEL for the `projected` source of the token volume. */
export function tokenLiteral({ ambassador }: Rules): string {
  const { volume } = tokenVolume(podOf({}), ambassador.tokenSeconds);
  return `    ${celLiteral(volume['projected'] ?? null, {}, 4)}`;
}

/** CEL for the result of ambassadorContainer(), with an expression for each part that depends on the pod. */
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

/** CEL has no loop to search for an unused user, so it gets a list. No pod has this many consecutive users. */
const CANDIDATES = 8;

/** CEL for a list of one user or none. It is not used if the config sets `runAsUser` to a number. */
export function ambassadorUserExpression({ ambassador }: Rules): string {
  const ofPod = 'object.spec.?securityContext.?runAsUser';
  if (ambassador.runAsUser === 'inherit') {
    return `${ofPod}.orValue(${NONROOT}) == 0 ? [dyn(${NONROOT})] : []`;
  }
  const candidates = Array.from({ length: CANDIDATES }, (_, index) => UNUSED + index);
  return `[variables.allContainers.map(entry, entry.container.?securityContext.?runAsUser.orValue(${ofPod}.orValue(0)))]
  .map(users, dyn(object.spec.?shareProcessNamespace.orValue(false) || object.spec.?hostPID.orValue(false)
    ? [${candidates.join(', ')}].filter(user, !(user in users))[0]
    : users[0] > 0 && users.all(user, user == users[0]) ? users[0] : ${NONROOT}))`;
}

function withMark(text: string): string {
  return text.replaceAll(String(ANY_PORT), '<port>');
}

/** Computes the resources of the ambassador. */
export function resourceVariables(rules: Rules): Variable[] {
  return [
    {
      name: 'podRequests',
      comment: 'The requests in spec.resources, which apply to the pod as a whole.',
      expression: 'object.spec.?resources.?requests.orValue({})',
    },
    {
      name: 'podLimits',
      comment: 'The limits in spec.resources, which apply to the pod as a whole.',
      expression: 'object.spec.?resources.?limits.orValue({})',
    },
    {
      name: 'limitsWithoutRequests',
      comment:
        'The resources that have a limit in spec.resources, but no request there and no request or limit in any container. The API server uses such a limit as the request of the pod.',
      expression: `${celStrings(COUNTED)}.filter(name, name in variables.podLimits && !(name in variables.podRequests) &&
  !variables.allContainers.exists(entry, name in ${REQUESTS} || name in ${LIMITS}))`,
    },
    {
      name: 'limitedResources',
      comment: 'The resources for which every container has a limit.',
      expression: `${celStrings(COUNTED)}.filter(name, variables.allContainers.all(entry, name in ${LIMITS}))`,
    },
    {
      name: 'isGuaranteed',
      comment:
        'Whether the QoS class of the pod is Guaranteed: all requests are equal to the limits.',
      expression: `${celStrings(COUNTED)}.all(name, name in variables.podRequests
  ? (name in variables.podLimits
      ? ${isSame('variables.podRequests[name]', 'variables.podLimits[name]')}
      : name in variables.limitedResources)
  : name in variables.podLimits || variables.allContainers.all(entry, name in ${LIMITS} &&
      (!(name in ${REQUESTS}) || ${isSame(`${REQUESTS}[name]`, `${LIMITS}[name]`)})))`,
    },
    {
      name: 'resources',
      comment: `The resources of the ambassador. In a pod with spec.resources, its requests are 0 and its limits do not exceed those of the pod. In a Guaranteed pod, its requests are equal to its limits, so that the pod stays Guaranteed. It has a CPU limit if every other container has one.`,
      expression: resourcesExpression(rules),
    },
  ];
}

const REQUESTS = 'entry.container.?resources.?requests.orValue({})';
const LIMITS = 'entry.container.?resources.?limits.orValue({})';

function isSame(one: string, other: string): string {
  return `quantity(string(${one})).compareTo(quantity(string(${other}))) == 0`;
}

type Kind = 'requests' | 'limits';

/** The table above ambassadorResources() as CEL, in the same order. */
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

/** CEL for an optional amount. */
function amountExpression(kind: Kind, name: (typeof COUNTED)[number], rules: Rules): string {
  const of = (resources: object): string => {
    const made = ambassadorResources(podParts(podOf({ resources })), rules.ambassador)[kind] ?? {};
    return optional((made as Amounts)[name]);
  };
  const limit = `string(variables.podLimits['${name}'])`;
  const own = rules.ambassador.resources.limits[name];
  const isLimited = `'${name}' in variables.limitedResources`;
  const [ofRequest, ofLimit] =
    kind === 'requests'
      ? [optional('0'), optional('0')]
      : [`(${isLimited} ? ${optional('0')} : ${optional(own)})`, within(limit, own)];
  const rows = [
    [`'${name}' in variables.limitsWithoutRequests`, optional(undefined)],
    [`'${name}' in variables.podLimits`, ofLimit],
    [`'${name}' in variables.podRequests`, ofRequest],
    ['variables.isGuaranteed', of({ limits: { cpu: '1', memory: '1' } })],
    [`'cpu' in variables.limitedResources`, of({ limits: { cpu: '1' } })],
  ];
  const usual = of({});
  while (rows.at(-1)?.[1] === usual) rows.pop();
  const lines = rows.map(([condition, amount]) => `${condition} ? ${amount} :`);
  return ['', ...lines, usual].join('\n    ');
}

/** CEL for the limit of the pod, but at most the configured limit. */
function within(limit: string, own: string | undefined): string {
  if (own === undefined) return `optional.of(${limit})`;
  const text = celLiteral(own);
  return `optional.of(quantity(${limit}).isGreaterThan(quantity(${text})) ? ${text} : ${limit})`;
}

function optional(amount: string | undefined): string {
  return amount === undefined ? 'optional.none()' : `optional.of(${celLiteral(amount)})`;
}

/** A pod with this container, to compute what the webhook injects into it. */
export function podOf(container: object): Pod {
  return { spec: { containers: [{ name: 'app', ...container } as Container] } };
}
