import { MATCH_CONDITIONS, SYSTEM_NAMESPACES } from '../../core/api/webhook-scope.ts';
import {
  ANNOTATION_KEYS,
  ANNOTATION_NAMES,
  MIRROR_ANNOTATION,
} from '../../core/decision/annotations.ts';
import { ambassadorOperations, ambassadorVariables } from './ambassador-variables.ts';
import { ambassadorAnnotations, annotationVariables } from './annotation-variables.ts';
import { celString, celStrings } from './cel-literal.ts';
import { expressionLimits, faultLimits, type Limit } from './limits.ts';
import { metadataOperations, metadataVariables } from './metadata-variables.ts';
import { POD_VARIABLES, type PolicyInput, type Variable } from './pod-variables.ts';
import { profileVariables } from './profile-variables.ts';

export interface PolicyOptions extends PolicyInput {
  readonly name: string;
  readonly version: string;
  /** What becomes of a pod where the API server cannot evaluate the policy. */
  readonly failurePolicy: 'Ignore' | 'Fail';
  /** Whether a pod that asks for what no policy can do is refused, and not only told. */
  readonly isStrict: boolean;
}

/** The manifests, as one YAML text for people to read and kubectl to apply. */
export function policyManifests(options: PolicyOptions): string {
  const { rules, name, isStrict } = options;
  const variables = [
    ...annotationVariables(options),
    ...ambassadorAnnotations(rules),
    ...POD_VARIABLES,
    ...ambassadorVariables(rules),
    ...profileVariables(rules),
    ...metadataVariables(),
  ];
  const [faults, limits] = [faultLimits(rules), expressionLimits(rules)];
  return [
    mutating(options, [...variables, ...limits, ...faults], [...limits, ...faults]),
    binding('MutatingAdmissionPolicyBinding', name),
    validating(options, {
      name: `${name}-faults`,
      condition: hasOwnAnnotation(rules),
      variables: [...variables, ...limits],
      limits: faults,
    }),
    binding('ValidatingAdmissionPolicyBinding', `${name}-faults`, rules.onInvalid === 'deny'),
    validating(options, { name: `${name}-unsupported`, variables, limits }),
    binding('ValidatingAdmissionPolicyBinding', `${name}-unsupported`, isStrict),
  ].join('---\n');
}

function mutating(
  options: PolicyOptions,
  variables: readonly Variable[],
  limits: readonly Limit[],
): string {
  const { name, version } = options;
  const held = limits.map((limit) => `variables.${limit.name}`).join(' &&\n  ');
  const operations = [...metadataOperations(), ...ambassadorOperations(options.rules)];
  const expression = `variables.profiles.size() == 0 && !variables.isWished ||\n!(${held}) ? [] :\n${operations.join(' +\n')}`;
  return `# Made by podherald ${version} from its config, by \`podherald policy\`. Needs Kubernetes 1.36.
${head('MutatingAdmissionPolicy', name)}spec:
  failurePolicy: ${options.failurePolicy}
  # Once more where something has changed the pod since: containers that were added then get theirs.
  reinvocationPolicy: IfNeeded
${match(options)}  variables:
${needed(variables, [expression]).map(variableText).join('')}  mutations:
  # A pod for which not all of this holds is left as it came, and not half done; ${name}-faults
  # and ${name}-unsupported tell its owner.
  - patchType: JSONPatch
    jsonPatch:
      expression: |-
${block(expression, 8)}
`;
}

interface Validation {
  /** A match condition besides those of all. */
  readonly condition?: string;
  readonly name: string;
  readonly variables: readonly Variable[];
  readonly limits: readonly Limit[];
}

function validating(
  options: PolicyOptions,
  { name, variables, limits, condition = '' }: Validation,
): string {
  const texts = limits.flatMap(({ expression, message }) => [expression, message]);
  const validations = limits.map(
    ({ comment, expression, message }) => `  # ${comment}
  - expression: |-
${block(expression, 6)}
    messageExpression: |-
${block(message, 6)}
`,
  );
  return `${head('ValidatingAdmissionPolicy', name)}spec:
  failurePolicy: ${options.failurePolicy}
${match(options)}${condition}  # As in the policy above, as far as they are used here.
  variables:
${needed(variables, texts).map(variableText).join('')}  validations:
${validations.join('')}`;
}

/** The variables that some expressions read, and those that these read in turn. */
function needed(variables: readonly Variable[], texts: readonly string[]): readonly Variable[] {
  const names = new Set(
    texts.flatMap((text) => [...text.matchAll(/\bvariables\.(\w+)/g)].map(([, name]) => name)),
  );
  const found = variables.filter(({ name }) => names.has(name));
  const more = found.map(({ expression }) => expression).filter((text) => !texts.includes(text));
  return more.length === 0 ? found : needed(variables, [...texts, ...more]);
}

function head(kind: string, name: string): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}
metadata:
  name: ${JSON.stringify(name)}
`;
}

function match({ rules }: PolicyOptions): string {
  const exempt = [...new Set([...SYSTEM_NAMESPACES, ...rules.exemptNamespaces])];
  return `  matchConstraints:
    matchPolicy: Equivalent
    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE]
      resources: [pods]
    namespaceSelector:
      matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values: [${exempt.map((name) => JSON.stringify(name)).join(', ')}]
  matchConditions:
  # A static pod's copy in the API server. kubelet runs what its file says.
  - name: ${MATCH_CONDITIONS.notMirrorPod}
    expression: "!(${celString(MIRROR_ANNOTATION)} in object.metadata.?annotations.orValue({}))"
`;
}

/** Most pods say nothing, and then nothing can be wrong. */
function hasOwnAnnotation({ annotationPrefix }: PolicyOptions['rules']): string {
  const bare = celStrings(ANNOTATION_NAMES.filter((name) => ANNOTATION_KEYS[name].bare));
  const expression = `object.metadata.?annotations.orValue({}).exists(key,
  key.startsWith(${celString(annotationPrefix)}) || key in ${bare})`;
  return `  # Where a pod says nothing, nothing can be wrong.
  - name: says-something
    expression: |-
${block(expression, 6)}
`;
}

function binding(kind: string, name: string, isDenying?: boolean): string {
  const actions = isDenying === true ? '[Deny]' : '[Warn, Audit]';
  const validation = isDenying === undefined ? '' : `  validationActions: ${actions}\n`;
  return `${head(kind, name)}spec:
  policyName: ${JSON.stringify(name)}
${validation}`;
}

function variableText({ name, comment, expression }: Variable): string {
  const remark = comment.replaceAll(/^/gm, '  # ');
  return `${remark}\n  - name: ${name}\n    expression: |-\n${block(expression, 6)}\n`;
}

function block(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));
}
