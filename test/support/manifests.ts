import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import {
  type InjectedManifest,
  type InjectOptions,
  injectManifests,
} from '../../src/manifests/inject.ts';

/** Injects a single manifest. */
export function injectManifest(text: string, options: InjectOptions): InjectedManifest {
  const [injected] = injectManifests([text], options);
  if (injected === undefined) throw new Error('expected one result for one text');
  return injected;
}

/** Injects a text as `podherald inject` does, with annotations as `--annotate` gives them. */
export function injectText(
  text: string,
  annotate: Readonly<Record<string, string>> = {},
  rules: Rules = defaultRules('test'),
): InjectedManifest {
  const annotations = new Map(Object.entries(annotate));
  return injectManifest(text, { rules, namespace: 'default', annotate: annotations });
}

/** The outcome for each Pod and workload, such as `Deployment web: injected`. */
export function endings({ reports }: InjectedManifest): string[] {
  return reports.map(
    ({ workload, mutation }) => `${workload.kind} ${workload.name}: ${mutation.outcome}`,
  );
}

/** The lines of a text that another text does not have in the same order. */
export function lostLines(before: string, after: string): string[] {
  const rest = after.split('\n');
  return before.split('\n').filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(0, at + 1);
    return at < 0;
  });
}

const POD_SPEC = 'spec: {containers: [{name: app}]}';
const POD_TEMPLATE = `template: {metadata: {annotations: {inject-metadata: "true"}}, ${POD_SPEC}}`;

function object(apiVersion: string, kind: string, body: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web}\n${body}\n`;
}

/** One object of each kind that requests metadata. */
export const REQUESTING_WORKLOADS: Readonly<Record<string, string>> = {
  Pod: object('v1', 'Pod', POD_SPEC).replace(
    '{name: web}',
    '{name: web, annotations: {inject-metadata: "true"}}',
  ),
  PodTemplate: object('v1', 'PodTemplate', POD_TEMPLATE),
  ReplicationController: object('v1', 'ReplicationController', `spec: {${POD_TEMPLATE}}`),
  Deployment: object('apps/v1', 'Deployment', `spec: {${POD_TEMPLATE}}`),
  ReplicaSet: object('apps/v1', 'ReplicaSet', `spec: {${POD_TEMPLATE}}`),
  StatefulSet: object('apps/v1', 'StatefulSet', `spec: {${POD_TEMPLATE}}`),
  DaemonSet: object('apps/v1', 'DaemonSet', `spec: {${POD_TEMPLATE}}`),
  Job: object('batch/v1', 'Job', `spec: {${POD_TEMPLATE}}`),
  CronJob: object('batch/v1', 'CronJob', `spec: {jobTemplate: {spec: {${POD_TEMPLATE}}}}`),
};
