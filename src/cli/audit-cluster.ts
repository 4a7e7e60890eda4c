import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { mutate } from '../core/admission/mutate.ts';
import type { JsonObject } from '../core/api/json.ts';
import {
  type AuditGroup,
  type FaultyTemplate,
  faultyTemplateIn,
  type MisplacedWorkload,
  mergeGroups,
  misplacedIn,
  PodAudit,
} from '../diagnosis/audit-result.ts';
import {
  type ClusterState,
  namespaceFrom,
  unreadableDefaults,
} from '../diagnosis/cluster-state.ts';
import { findMissing } from '../diagnosis/missing-injection.ts';
import { controllerOf, type Owner, objectAt } from '../diagnosis/object-metadata.ts';
import { findWorkloads, originOf, type Workload } from '../manifests/workloads.ts';
import type { NamespaceReader } from './cluster-view.ts';
import { manifestRules } from './manifest-files.ts';
import { listPath, type ObjectKind, WORKLOAD_KINDS } from './object-path.ts';
import { counted } from './output.ts';

export interface AuditContext extends Pick<ClusterState, 'rules' | 'webhooks' | 'policy'> {
  readonly cluster: ApiClient;
  readonly namespaces: NamespaceReader;
  /** Whether annotations of namespaces are used as defaults. */
  readonly usesDefaults: boolean;
  /** The only namespace to audit; undefined for all. */
  readonly namespace: string | undefined;
  readonly progress: (text: string) => void;
}

const NOT_ENDED = `fieldSelector=${encodeURIComponent('status.phase!=Succeeded,status.phase!=Failed')}`;

/** The result of a PodAudit, with the pods of a CronJob in one group. */
export interface AuditedPods extends Pick<PodAudit, 'count' | 'notApplicable' | 'unreadable'> {
  readonly groups: readonly AuditGroup[];
}

/**
 * Checks all pods that have not ended and are not being deleted, page by page.
 *
 * @throws ApiError if pods are unreadable.
 */
export async function auditPods(context: AuditContext): Promise<AuditedPods> {
  const { cluster, namespace, progress } = context;
  let audit = new PodAudit();
  for await (const { items, remaining, isRestart } of cluster.pages(
    `${listPath('v1', 'pods', namespace)}?${NOT_ENDED}`,
  )) {
    if (isRestart) audit = new PodAudit();
    for (const pod of items) if (!isBeingDeleted(pod)) await auditPod(pod, context, audit);
    const { count } = audit;
    const total = counted(count + (remaining ?? 0), 'pod');
    progress(remaining === undefined ? total : `${count} of ${total}`);
  }
  const { count, notApplicable, unreadable } = audit;
  const groups = await withCronJobs(audit.groups(), cluster);
  return { count, notApplicable, unreadable, groups };
}

function isBeingDeleted(pod: JsonObject): boolean {
  return objectAt(pod, 'metadata')['deletionTimestamp'] !== undefined;
}

async function auditPod(pod: JsonObject, context: AuditContext, audit: PodAudit): Promise<void> {
  const { namespaces, usesDefaults, rules } = context;
  const name = String(objectAt(pod, 'metadata')['namespace']);
  const namespaceObject = await namespaces.get(name);
  const namespace = namespaceFrom(name, namespaceObject, usesDefaults);
  if (usesDefaults && 'unreadable' in namespaceObject) {
    audit.unreadable.add(unreadableDefaults(name, namespaceObject));
  }
  const mutation = mutate(pod, namespace, rules);
  audit.add(pod, findMissing(pod, mutation, { ...context, namespace, namespaceObject }));
}

/**
 * Replaces the Jobs of CronJobs by their CronJob. Only a Job object names its CronJob, so the
 * Jobs of the groups are read.
 */
async function withCronJobs(
  groups: readonly AuditGroup[],
  cluster: ApiClient,
): Promise<AuditGroup[]> {
  const owned: AuditGroup[] = [];
  for (const group of groups) owned.push({ ...group, owner: await ownerOfJob(group, cluster) });
  return mergeGroups(owned);
}

async function ownerOfJob({ owner, namespace }: AuditGroup, cluster: ApiClient): Promise<Owner> {
  if (owner.kind !== 'Job') return owner;
  const path = `${listPath('batch/v1', 'jobs', namespace)}/${owner.name}`;
  const job = await cluster.read(path).catch(() => undefined);
  return (job && controllerOf(job)) ?? owner;
}

/** What is wrong with the annotations of workloads. */
interface AuditedWorkloads {
  readonly misplaced: readonly MisplacedWorkload[];
  readonly templates: readonly FaultyTemplate[];
}

/** Checks the annotations of workloads and of their pod templates. Kinds that are unreadable are reported. */
export async function auditWorkloads(
  context: AuditContext,
): Promise<AuditedWorkloads & { readonly unreadable: readonly string[] }> {
  const misplaced: MisplacedWorkload[] = [];
  const templates: FaultyTemplate[] = [];
  const unreadable: string[] = [];
  for (const kind of WORKLOAD_KINDS) {
    try {
      const found = await auditKind(kind, context);
      misplaced.push(...found.misplaced);
      templates.push(...found.templates);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      unreadable.push(error.message);
    }
  }
  return { misplaced, templates, unreadable };
}

/** Leaves out workloads with a controller, such as the ReplicaSet of a Deployment: they copy its annotations. */
async function auditKind(
  { apiVersion, kind, names: [plural, singular] }: ObjectKind,
  context: AuditContext,
): Promise<AuditedWorkloads> {
  const { cluster, namespace, rules, progress } = context;
  const misplaced: MisplacedWorkload[] = [];
  const templates: FaultyTemplate[] = [];
  let count = 0;
  for await (const { items, isRestart } of cluster.pages(listPath(apiVersion, plural, namespace))) {
    if (isRestart) misplaced.length = templates.length = 0;
    const workloads = items
      .filter((item) => controllerOf(item) === undefined)
      .flatMap((item) => findWorkloads({ apiVersion, kind, ...item }));
    misplaced.push(...workloads.flatMap((one) => misplacedIn(one, rules.annotationPrefix)));
    for (const workload of workloads) templates.push(...(await auditTemplate(workload, context)));
    count += items.length;
    progress(counted(count, singular));
  }
  return { misplaced, templates };
}

/** What is wrong with the annotations of the pods that a workload will create. */
async function auditTemplate(
  workload: Workload,
  { namespaces, usesDefaults, rules }: AuditContext,
): Promise<FaultyTemplate[]> {
  const name = workload.namespace ?? '';
  const namespace = namespaceFrom(name, await namespaces.get(name), usesDefaults);
  const origin = originOf(namespace, workload);
  return faultyTemplateIn(workload, mutate(workload.template, origin, manifestRules(rules)));
}
