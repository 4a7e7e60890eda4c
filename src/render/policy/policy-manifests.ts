import { MIRROR_ANNOTATION } from '../../decision/annotations.ts';
import { annotationVariables } from './annotation-variables.ts';
import { celString } from './cel-literal.ts';
import { faults, inexpressible, type Limit } from './limits.ts';
import { metadataOperations, metadataVariables } from './metadata-variables.ts';
import { OWN_NAMESPACES } from './own-namespaces.ts';
import type { PolicyInput } from './policy-input.ts';
import type { Variable } from './variable.ts';

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
  const { rules, name } = options;
  const variables = [...annotationVariables(options), ...metadataVariables(rules)];
  const limits = { faults: faults(rules), inexpressible: inexpressible(rules) };
  const supported: Variable = {
    name: 'isSupported',
    comment: `What cannot be meant, and what podherald can and a policy cannot. Such a pod is left as it came, not
half done; ${name}-faults and ${name}-unsupported tell its owner.`,
    expression: [...limits.faults, ...limits.inexpressible]
      .map(({ expression }) => `(${expression})`)
      .join(' &&\n'),
  };
  return [
    mutating(options, [...variables, supported]),
    binding('MutatingAdmissionPolicyBinding', name),
    validating(options, `${name}-faults`, variables, limits.faults),
    binding('ValidatingAdmissionPolicyBinding', `${name}-faults`, rules.onInvalid === 'deny'),
    validating(options, `${name}-unsupported`, variables, limits.inexpressible),
    binding('ValidatingAdmissionPolicyBinding', `${name}-unsupported`, options.isStrict),
  ].join('---\n');
}

function mutating(options: PolicyOptions, variables: readonly Variable[]): string {
  return `# Made by podherald ${options.version} policy from its config. It needs Kubernetes 1.36.
${head('MutatingAdmissionPolicy', options.name)}spec:
  failurePolicy: ${options.failurePolicy}
  # Once more where a webhook has changed the pod since: containers that it added then get theirs.
  reinvocationPolicy: IfNeeded
${match(options)}  variables:
${variables.map(variableText).join('')}  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: |-
${block(`variables.isSupported ? (${metadataOperations()}) : []`, 8)}
`;
}

function validating(
  options: PolicyOptions,
  name: string,
  variables: readonly Variable[],
  limits: readonly Limit[],
): string {
  const validations = limits.map(
    ({ expression, message }) => `  - expression: |-
${block(expression, 6)}
    messageExpression: |-
${block(message, 6)}
`,
  );
  return `${head('ValidatingAdmissionPolicy', name)}spec:
  failurePolicy: ${options.failurePolicy}
${match(options)}  # The same as above.
  variables:
${variables.map(variableText).join('')}  validations:
${validations.join('')}`;
}

function head(kind: string, name: string): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}
metadata:
  name: ${name}
`;
}

function match({ rules }: PolicyOptions): string {
  const exempt = [...new Set([...OWN_NAMESPACES, ...rules.exemptNamespaces])];
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
        values: [${exempt.join(', ')}]
  matchConditions:
  # A static pod's copy in the API server. kubelet runs what its file says.
  - name: not-a-mirror-pod
    expression: "!(${celString(MIRROR_ANNOTATION)} in object.metadata.?annotations.orValue({}))"
`;
}

function binding(kind: string, name: string, isDenying?: boolean): string {
  const actions = isDenying === true ? '[Deny]' : '[Warn, Audit]';
  const validation = isDenying === undefined ? '' : `  validationActions: ${actions}\n`;
  return `${head(kind, name)}spec:
  policyName: ${name}
${validation}`;
}

function variableText({ name, comment, expression }: Variable): string {
  const remark = comment.replaceAll(/^/gm, '  # ');
  return `${remark}\n  - name: ${name}\n    expression: |-\n${block(expression, 6)}\n`;
}

function block(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));
}
