import type { Json } from '../../core/api/json.ts';
import type { Amounts, Rules } from '../../core/decision/rules.ts';
import {
  ambassadorResources,
  COUNTED,
  otherAmounts,
} from '../../core/injection/ambassador-resources.ts';
import { celLiteral, celStrings } from './cel-literal.ts';
import { podOf } from './sample-pod.ts';
import type { Variable } from './variable.ts';

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
    const made = ambassadorResources(podOf({ resources }), rules.ambassador)[kind] ?? {};
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
