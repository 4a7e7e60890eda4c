import { mutate } from '../admission/mutate.ts';
import type { JsonObject } from '../api/json.ts';
import type { ClusterObjects } from '../cluster/cluster-objects.ts';
import { judge } from '../explanation/judge.ts';
import { controllerOf, type Owner, ownerOf } from '../explanation/owner.ts';
import type { Setting, Unknown } from '../explanation/setting.ts';
import { objectAt } from '../explanation/webhook-entries.ts';
import type { AuditGroup } from './audit-result.ts';
import { namespaceFrom, type ReadNamespaces } from './cluster-view.ts';

export interface PodAudit extends Pick<Setting, 'rules' | 'webhooks'> {
  readonly cluster: ClusterObjects;
  readonly namespaces: ReadNamespaces;
  /** Whether the annotations of namespaces count. */
  readonly namespacesCount: boolean;
  /** All namespaces where none is named. */
  readonly namespace: string | undefined;
  readonly progress: (text: string) => void;
}

/** Pods that have ended start nothing any more. */
const NOT_ENDED = `fieldSelector=${encodeURIComponent('status.phase!=Succeeded,status.phase!=Failed')}`;

export interface AuditedPods {
  readonly count: number;
  readonly groups: readonly AuditGroup[];
  /** The namespaces whose wishes for their pods are not known. */
  readonly gaps: readonly string[];
}

/** All pods that have not ended, page by page: only the names of those that lack something are kept. */
export async function auditPods(audit: PodAudit): Promise<AuditedPods> {
  const { cluster, namespace, progress } = audit;
  const below = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const groups = new Map<string, AuditGroup>();
  const gaps = new Set<string>();
  let count = 0;
  for await (const { items, remaining, isRestart } of cluster.pages(
    `/api/v1${below}/pods?${NOT_ENDED}`,
  )) {
    if (isRestart) {
      groups.clear();
      count = 0;
    }
    const staying = items.filter((pod) => !isLeaving(pod));
    for (const pod of staying) await auditOne(pod, audit, groups, gaps);
    count += staying.length;
    progress(`${count}${remaining === undefined ? '' : ` of ${count + remaining}`} pods`);
  }
  return { count, groups: await withCronJobs([...groups.values()], cluster), gaps: [...gaps] };
}

/** What is being deleted needs no mending, and its successor may have it all. */
function isLeaving(pod: JsonObject): boolean {
  return objectAt(pod, 'metadata')['deletionTimestamp'] !== undefined;
}

async function auditOne(
  pod: JsonObject,
  audit: PodAudit,
  groups: Map<string, AuditGroup>,
  gaps: Set<string>,
): Promise<void> {
  const { name, namespace } = objectAt(pod, 'metadata');
  const known = await audit.namespaces.get(String(namespace));
  const found = namespaceFrom(String(namespace), known, audit.namespacesCount);
  if (audit.namespacesCount && 'unknown' in known) gaps.add(namespaceGap(found.name, known));
  const { rules, webhooks } = audit;
  const setting = { namespace: found, namespaceObject: known, webhooks, rules };
  const because = judge(pod, mutate(pod, found, rules), setting);
  if (because === undefined) return;
  const owner = ownerOf(pod);
  const key = [namespace, owner.kind, owner.name, because.reason].join('/');
  const group = groups.get(key) ?? { namespace: found.name, owner, because, pods: [] };
  group.pods.push(String(name));
  groups.set(key, group);
}

function namespaceGap(name: string, { unknown }: Unknown): string {
  return `what namespace ${name} asks for its pods is not known: ${unknown}`;
}

/** A CronJob makes its Jobs, and only the Job says so: those of the groups found are asked. */
async function withCronJobs(
  groups: readonly AuditGroup[],
  cluster: ClusterObjects,
): Promise<AuditGroup[]> {
  const merged = new Map<string, AuditGroup>();
  for (const group of groups) {
    const owner = await ownerOfJob(group, cluster);
    const key = [group.namespace, owner.kind, owner.name, group.because.reason].join('/');
    const same = merged.get(key);
    if (same === undefined) merged.set(key, { ...group, owner });
    else same.pods.push(...group.pods);
  }
  return [...merged.values()];
}

async function ownerOfJob(
  { owner, namespace }: AuditGroup,
  cluster: ClusterObjects,
): Promise<Owner> {
  if (owner.kind !== 'Job') return owner;
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${owner.name}`;
  const job = await cluster.read(path).catch(() => undefined);
  return (job && controllerOf(job)) ?? owner;
}
