import { compile } from '../config/compile.ts';
import { parseConfig } from '../config/parse.ts';
import { warningsFor } from '../core/admission/response.ts';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import { kindOf, sentenceOf } from '../core/decision/findings.ts';
import { defaultRules, type Rules } from '../core/decision/rules.ts';
import { type ExplainedWorkload, explainWorkload } from '../diagnosis/explain-workload.ts';
import { parseManifest } from '../manifests/documents.ts';
import { injectManifests, type WorkloadReport } from '../manifests/inject.ts';
import { knownNamespace, namespacesIn } from '../manifests/objects.ts';
import { displayName, originOf } from '../manifests/workloads.ts';
import { policyCovers } from '../render/policy/policy-covers.ts';
import { unsupportedByPolicy } from '../render/policy/profile-variables.ts';

/** What the playground is asked. */
export interface PlaygroundInput {
  /** Pods and workloads as YAML. */
  readonly manifest: string;
  /** Namespaces as YAML; may be empty. */
  readonly namespace: string;
  /** The config of podherald as YAML; may be empty. */
  readonly config: string;
}

/** Something to mark in an editor. */
export interface Mark {
  readonly editor: keyof PlaygroundInput;
  /** From 1. */
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
}

/** What podherald does with one pod or workload. */
export interface PlaygroundWorkload {
  /** Such as `Deployment shop/web`. */
  readonly name: string;
  readonly explained: ExplainedWorkload;
  /** What `kubectl` would show. */
  readonly warnings: readonly string[];
  /** Why an admission policy would do something else; undefined if it would do the same. */
  readonly policy?: string;
}

/** What podherald does with the input. */
export interface PlaygroundResult {
  /** The manifest with everything that podherald adds. */
  readonly injected: string;
  readonly workloads: readonly PlaygroundWorkload[];
  readonly marks: readonly Mark[];
}

/** The namespace of objects without `metadata.namespace`, if the input contains no Namespace. */
const NAMESPACE = 'default';

/** Does what the webhook does to the pods of the input. Never throws, whatever the input is. */
export function evaluate(input: PlaygroundInput): PlaygroundResult {
  const { rules, usesDefaults, marks: configMarks } = readConfig(input.config);
  const { documents } = parseManifest(input.namespace, rules.annotationPrefix);
  const namespaces = namespacesIn(documents);
  const [only = NAMESPACE] = namespaces.keys();
  const options = { rules, namespace: only, namespaces, usesDefaults, annotate: new Map() };
  const [injected] = injectManifests([input.manifest], options);
  const { reports = [], faults = [], notes = [], text = input.manifest } = injected ?? {};
  const unsupported = unsupportedByPolicy(rules);
  const workloads = reports.map((report): PlaygroundWorkload => {
    const { workload, mutation } = report;
    const name = workload.namespace ?? only;
    const namespace = knownNamespace(name, namespaces.get(name), usesDefaults);
    const explained = explainWorkload(workload, mutation, {
      namespace,
      rules,
      locations: {
        pod: (path) => `line ${report.lineOf(path)}`,
        namespace: () => undefined,
        config: () => undefined,
      },
      isLive: false,
    });
    const pod = parsePod(workload.template);
    const covered =
      unsupported[0] ??
      (isMalformed(pod) ? true : policyCovers(pod, originOf(namespace, workload), rules));
    return {
      name: displayName(workload),
      explained,
      warnings: warningsFor(mutation.findings.filter((one) => kindOf(one) !== 'fault')),
      ...(covered !== true && { policy: covered }),
    };
  });
  return {
    injected: text,
    workloads,
    marks: withoutRepeated([
      ...configMarks,
      ...faults.map((fault): Mark => ({ editor: 'manifest', severity: 'error', ...fault })),
      ...notes.map((note): Mark => ({ editor: 'manifest', severity: 'info', ...note })),
      ...reports.flatMap(marksOf),
    ]),
  };
}

function readConfig(text: string): {
  readonly rules: Rules;
  readonly usesDefaults: boolean;
  readonly marks: readonly Mark[];
} {
  const manifest = (rules: Rules): Rules => ({ ...rules, stage: 'manifest' });
  const builtIn = { rules: manifest(defaultRules('')), usesDefaults: true };
  if (text.trim() === '') return { ...builtIn, marks: [] };
  const parsed = parseConfig(text);
  if ('faults' in parsed) {
    const marks = parsed.faults.map(({ line, path, message }): Mark => {
      const where = path === '' ? '' : `${path}: `;
      return { editor: 'config', severity: 'error', line, message: where + message };
    });
    return { ...builtIn, marks };
  }
  const { rules, namespaces } = compile(parsed.config, '');
  return { rules: manifest(rules), usesDefaults: namespaces.annotations, marks: [] };
}

/** An invalid annotation is both a fault of its manifest and a finding about its pod. */
function withoutRepeated(marks: readonly Mark[]): Mark[] {
  return marks.filter(
    ({ line, message }, index) =>
      !marks.slice(0, index).some((one) => one.line === line && one.message.endsWith(message)),
  );
}

/** The findings about a workload, at the lines of their causes. */
function marksOf({ mutation, lineOf }: WorkloadReport): Mark[] {
  return mutation.findings
    .filter((found) => kindOf(found) !== 'skipped')
    .map((found): Mark => {
      const [cause] = found.causes;
      const path =
        cause?.kind === 'field'
          ? cause.path
          : cause?.kind === 'annotation' && cause.namespace === undefined
            ? ['metadata', 'annotations', cause.key]
            : [];
      const severity = kindOf(found) === 'fault' ? 'error' : 'warning';
      return { editor: 'manifest', severity, line: lineOf(path), message: sentenceOf(found) };
    });
}
