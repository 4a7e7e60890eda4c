import type { ApiClient } from '../cluster/api-client.ts';
import { mutate } from '../core/admission/mutate.ts';
import type { JsonObject } from '../core/api/json.ts';
import type { Reason } from '../core/decision/reasons.ts';
import { judge } from '../diagnosis/judge.ts';
import { controllerOf, type Owner, ownerOf } from '../diagnosis/owner.ts';
import type { Setting } from '../diagnosis/setting.ts';
import { objectAt } from '../diagnosis/webhook-entries.ts';
import type { AuditGroup } from './audit-result.ts';
import { namespaceFrom, namespaceGap, type ReadNamespaces } from './cluster-view.ts';
import { listPath } from './object-path.ts';

export interface PodAudit extends Pick<Setting, 'rules' | 'webhooks' | 'policy'> {
  readonly cluster: ApiClient;
  readonly namespaces: ReadNamespaces;
  /** Whether the annotations of namespaces count. */
  readonly namespacesCount: boolean;
  /** All namespaces where none is named. */
  readonly namespace: string | undefined;
  readonly progress: (text: string) => void;
}

/** Pods that have ended start nothing any more. */
const NOT_ENDED = `fieldSelector=${encodeURIComponent('status.phase!=Succeeded,status.phase!=Failed')}`;

/** What is kept of pods: the names of those that lack something, and counts. */
export interface AuditedPods {
  count: number;
  readonly groups: Map<string, AuditGroup>;
  readonly byDesign: Map<Reason, number>;
  /** The namespaces whose wishes for their pods are not known. */
  readonly gaps: Set<string>;
}

function nothingYet(): AuditedPods {
  return { count: 0, groups: new Map(), byDesign: new Map(), gaps: new Set() };
}

/** All pods that have not ended, page by page. */
export async function auditPods(audit: PodAudit): Promise<AuditedPods> {
  const { cluster, namespace, progress } = audit;
  let found = nothingYet();
  for await (const { items, remaining, isRestart } of cluster.pages(
    `${listPath('v1', 'pods', namespace)}?${NOT_ENDED}`,
  )) {
    if (isRestart) found = nothingYet();
    const staying = items.filter((pod) => !isLeaving(pod));
    for (const pod of staying) await auditOne(pod, audit, found);
    found.count += staying.length;
    progress(
      `${found.count}${remaining === undefined ? '' : ` of ${found.count + remaining}`} pods`,
    );
  }
  return { ...found, groups: await withCronJobs(found.groups, cluster) };
}

/** What is being deleted needs no mending, and its successor may have it all. */
function isLeaving(pod: JsonObject): boolean {
  return objectAt(pod, 'metadata')['deletionTimestamp'] !== undefined;
}

async function auditOne(
  pod: JsonObject,
  audit: PodAudit,
  { groups, byDesign, gaps }: AuditedPods,
): Promise<void> {
  const { namespaces, namespacesCount, rules } = audit;
  const metadata = objectAt(pod, 'metadata');
  const namespaceObject = await namespaces.get(String(metadata['namespace']));
  const namespace = namespaceFrom(String(metadata['namespace']), namespaceObject, namespacesCount);
  if (namespacesCount && 'unknown' in namespaceObject) {
    gaps.add(namespaceGap(namespace.name, namespaceObject));
  }
  const setting = { ...audit, namespace, namespaceObject };
  const verdict = judge(pod, mutate(pod, namespace, rules), setting);
  for (const reason of verdict.byDesign) byDesign.set(reason, (byDesign.get(reason) ?? 0) + 1);
  const { because } = verdict;
  if (because === undefined) return;
  const group = { namespace: namespace.name, owner: ownerOf(pod), because, pods: [] };
  addTo(groups, group, [String(metadata['name'])]);
}

function addTo(groups: Map<string, AuditGroup>, group: AuditGroup, pods: readonly string[]): void {
  const { namespace, owner, because } = group;
  const reasons = [because.reason, ...(because.findings ?? [])];
  const key = [namespace, owner.kind, owner.name, ...reasons].join('/');
  const same = groups.get(key) ?? group;
  same.pods.push(...pods);
  groups.set(key, same);
}

/** A CronJob makes its Jobs, and only the Job says so: those of the groups found are asked. */
async function withCronJobs(
  groups: ReadonlyMap<string, AuditGroup>,
  cluster: ApiClient,
): Promise<Map<string, AuditGroup>> {
  const merged = new Map<string, AuditGroup>();
  for (const group of groups.values()) {
    const owner = await ownerOfJob(group, cluster);
    addTo(merged, { ...group, owner, pods: [] }, group.pods);
  }
  return merged;
}

async function ownerOfJob({ owner, namespace }: AuditGroup, cluster: ApiClient): Promise<Owner> {
  if (owner.kind !== 'Job') return owner;
  const path = `${listPath('batch/v1', 'jobs', namespace)}/${owner.name}`;
  const job = await cluster.read(path).catch(() => undefined);
  return (job && controllerOf(job)) ?? owner;
}
