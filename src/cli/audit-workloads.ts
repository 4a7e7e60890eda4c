import { mutate } from '../admission/mutate.ts';
import { ApiRefusal, type ClusterObjects } from '../cluster/cluster-objects.ts';
import type { Rules } from '../decision/rules.ts';
import { moveToTemplate } from '../explanation/mend.ts';
import { misplacedKey } from '../explanation/misplaced.ts';
import { controllerOf } from '../explanation/owner.ts';
import { findWorkloads } from '../manifest/workloads.ts';
import type { MisplacedWish } from './audit-result.ts';
import { namespaceFrom, type ReadNamespaces } from './cluster-view.ts';
import { manifestRules } from './manifest-rules.ts';

export interface WorkloadAudit {
  readonly cluster: ClusterObjects;
  readonly namespaces: ReadNamespaces;
  readonly namespacesCount: boolean;
  readonly namespace: string | undefined;
  readonly rules: Rules;
  readonly progress: (text: string) => void;
}

const KINDS = [
  ['apps/v1', 'Deployment', 'deployments'],
  ['apps/v1', 'StatefulSet', 'statefulsets'],
  ['apps/v1', 'DaemonSet', 'daemonsets'],
  ['batch/v1', 'Job', 'jobs'],
  ['batch/v1', 'CronJob', 'cronjobs'],
] as const;

/** Workloads that carry a key of ours, and whose pods do not. */
export async function auditWorkloads(
  audit: WorkloadAudit,
): Promise<{ readonly misplaced: readonly MisplacedWish[]; readonly gaps: readonly string[] }> {
  const misplaced: MisplacedWish[] = [];
  const gaps: string[] = [];
  for (const kind of KINDS) {
    try {
      misplaced.push(...(await misplacedIn(kind, audit)));
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      gaps.push(error.message);
    }
  }
  return { misplaced, gaps };
}

async function misplacedIn(
  [apiVersion, kind, plural]: (typeof KINDS)[number],
  { cluster, namespaces, namespacesCount, namespace, rules, progress }: WorkloadAudit,
): Promise<MisplacedWish[]> {
  const below = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const found: MisplacedWish[] = [];
  let count = 0;
  for await (const { items, isRestart } of cluster.pages(`/apis/${apiVersion}${below}/${plural}`)) {
    if (isRestart) found.length = 0;
    const own = items.filter((item) => controllerOf(item) === undefined);
    for (const workload of own.flatMap((item) => findWorkloads({ apiVersion, kind, ...item }))) {
      const name = workload.namespace ?? '';
      const decidedBy = namespaceFrom(name, await namespaces.get(name), namespacesCount);
      const mutation = mutate(workload.template, decidedBy, manifestRules(rules));
      const key = misplacedKey(kind, workload.annotations, mutation, rules.annotationPrefix);
      if (key === undefined) continue;
      const owner = { kind, name: workload.name };
      const wish = [key, String(workload.annotations[key])] as const;
      found.push({ namespace: name, owner, key, mend: moveToTemplate(owner, name, wish) });
    }
    count += items.length;
    progress(`${count} ${plural}`);
  }
  return found;
}
