import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import type { Rules } from '../core/decision/rules.ts';
import { moveToTemplate } from '../diagnosis/mend.ts';
import { misplacedOn } from '../diagnosis/misplaced.ts';
import { controllerOf } from '../diagnosis/owner.ts';
import { findWorkloads, type Workload } from '../manifests/workloads.ts';
import type { MisplacedWish } from './audit-result.ts';
import { listPath, type ObjectKind, WORKLOAD_KINDS } from './object-path.ts';

export interface WorkloadAudit {
  readonly cluster: ApiClient;
  readonly namespace: string | undefined;
  readonly rules: Rules;
  readonly progress: (text: string) => void;
}

/** Workloads that carry a key of ours, and whose pods do not. */
export async function auditWorkloads(
  audit: WorkloadAudit,
): Promise<{ readonly misplaced: readonly MisplacedWish[]; readonly gaps: readonly string[] }> {
  const misplaced: MisplacedWish[] = [];
  const gaps: string[] = [];
  for (const kind of WORKLOAD_KINDS) {
    try {
      misplaced.push(...(await misplacedIn(kind, audit)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      gaps.push(error.message);
    }
  }
  return { misplaced, gaps };
}

async function misplacedIn(
  { apiVersion, kind, names: [plural] }: ObjectKind,
  { cluster, namespace, rules, progress }: WorkloadAudit,
): Promise<MisplacedWish[]> {
  const found: MisplacedWish[] = [];
  let count = 0;
  for await (const { items, isRestart } of cluster.pages(listPath(apiVersion, plural, namespace))) {
    if (isRestart) found.length = 0;
    const own = items.filter((item) => controllerOf(item) === undefined);
    const workloads = own.flatMap((item) => findWorkloads({ apiVersion, kind, ...item }));
    found.push(...workloads.flatMap((workload) => wishOf(workload, rules.annotationPrefix)));
    count += items.length;
    progress(`${count} ${plural}`);
  }
  return found;
}

function wishOf(workload: Workload, prefix: string): MisplacedWish[] {
  const { namespace = '' } = workload;
  const misplaced = misplacedOn(workload, prefix);
  if (misplaced === undefined) return [];
  return [{ namespace, ...misplaced, mend: moveToTemplate(misplaced, namespace) }];
}
