import { type Command, Option } from 'commander';
import { type AuditResult, byOwner, ownerKey } from '../diagnosis/audit-result.ts';
import { AppError } from '../errors.ts';
import { addClusterFlags, type ClusterFlags, choice } from './arguments.ts';
import { type AuditContext, auditPods, auditWorkloads } from './audit-cluster.ts';
import { auditData, auditSummary, auditText, notApplicableTexts } from './audit-text.ts';
import {
  NamespaceReader,
  type OpenCluster,
  readInjectors,
  requireCluster,
} from './cluster-view.ts';
import { noteText, type Output } from './output.ts';
import { addConfigFlags, type ConfigFlags, type UsedConfig, usedConfig } from './used-config.ts';

interface AuditFlags extends ConfigFlags, ClusterFlags {
  readonly namespace?: string;
  readonly allNamespaces?: true;
  readonly output: 'text' | 'json';
}

/** Adds `podherald audit` with its help. */
export function addAudit(program: Command, output: Output): void {
  const command = program
    .command('audit')
    .summary('find pods that are missing an injection')
    .description(
      'Finds running pods that are missing an injection that they or their namespace request. Lists them by owner, with the likely reason and the commands that fix the problem. Also finds workloads whose pods podherald denies, and workloads with annotations that have no effect, because they belong on the pod template. Changes nothing. The exit code is 1 if audit finds something, or if it cannot read a resource.',
    )
    .option(
      '-n, --namespace <name>',
      'namespace to check (default: the namespace of the current context, or default)',
    )
    .addOption(new Option('-A, --all-namespaces', 'check all namespaces').conflicts('namespace'))
    .addOption(choice('-o, --output <format>', 'output format', ['text', 'json']).default('text'));
  addClusterFlags(addConfigFlags(command))
    .addHelpText(
      'after',
      `
audit needs permission to get and list pods, namespaces, mutatingwebhookconfigurations and workloads, and to
get the ConfigMap of podherald. If you cannot read the ConfigMap, pass a config file with --config.

Examples:
  podherald audit -n shop
  podherald audit -A -o json | jq -r '.missing[].remedy.commands[]'`,
    )
    .action((flags: AuditFlags) => audit(flags, output));
}

async function audit(flags: AuditFlags, output: Output): Promise<void> {
  const cluster = await requireCluster(flags);
  try {
    const result = await auditCluster(cluster, flags, output);
    output.progress?.('');
    for (const sentence of result.unreadable) output.note(noteText(sentence));
    write(result, flags, output);
    for (const text of notApplicableTexts(result)) output.note(noteText(text));
    conclude(result, output);
  } finally {
    cluster.close();
  }
}

async function auditCluster(
  cluster: OpenCluster,
  flags: AuditFlags,
  output: Output,
): Promise<AuditResult> {
  const config = await usedConfig(flags, cluster);
  const injectors = await readInjectors(cluster);
  const namespaces = new NamespaceReader(cluster);
  const namespace =
    flags.allNamespaces === true ? undefined : (flags.namespace ?? cluster.namespace);
  if (namespace === undefined) await namespaces.readAll();
  else await namespaces.require(namespace);
  const context = {
    ...injectors,
    cluster,
    namespaces,
    usesDefaults: config.namespaces.annotations,
    namespace,
    rules: config.rules,
    progress: (text: string) => output.progress?.(text),
  };
  const pods = await auditPods(context);
  const workloads = await auditWorkloads(context);
  const audited = new Set(pods.groups.map(ownerKey));
  return {
    config: config.name,
    pods: pods.count,
    groups: pods.groups.toSorted(byOwner),
    notApplicable: Object.fromEntries(pods.notApplicable),
    misplaced: workloads.misplaced.toSorted(byOwner),
    // The pods of the others say the same.
    templates: workloads.templates
      .filter((template) => template.isDenied || !audited.has(ownerKey(template)))
      .toSorted(byOwner),
    unreadable: [
      ...(await unreadableInputs(config, context, pods.count)),
      ...pods.unreadable,
      ...workloads.unreadable,
    ],
  };
}

async function unreadableInputs(
  { unreadable }: UsedConfig,
  { webhooks, namespace, namespaces }: AuditContext,
  pods: number,
): Promise<string[]> {
  return [
    ...(unreadable === undefined ? [] : [unreadable.message]),
    ...('unreadable' in webhooks ? [webhooks.unreadable] : []),
    ...(pods === 0 && namespace !== undefined ? await doubt(namespace, namespaces) : []),
  ];
}

/** An unreadable namespace without pods may not exist. */
async function doubt(name: string, namespaces: NamespaceReader): Promise<string[]> {
  const read = await namespaces.get(name);
  if (!('unreadable' in read)) return [];
  return [`it is unknown whether namespace ${name} exists: ${read.unreadable}`];
}

function write(result: AuditResult, flags: AuditFlags, output: Output): void {
  if (flags.output === 'json') {
    output.out(`${JSON.stringify(auditData(result), null, 2)}\n`);
    return;
  }
  output.note(noteText(`config: ${result.config}`));
  output.out(auditText(result, output));
}

/**
 * Writes the summary to standard error, or throws it as an error.
 *
 * | found     | unreadable resources | ends with    |
 * | --------- | -------------------- | ------------ |
 * | something | no, or yes           | `audit`, 1   |
 * | nothing   | yes                  | `cluster`, 1 |
 * | nothing   | no                   | 0            |
 *
 * @throws AppError with the code of the table.
 */
function conclude(result: AuditResult, output: Output): void {
  const { groups, misplaced, templates, unreadable } = result;
  if (groups.length + misplaced.length + templates.length > 0)
    throw new AppError('audit', auditSummary(result));
  if (unreadable.length > 0) throw new AppError('cluster', auditSummary(result));
  output.note(noteText(auditSummary(result)));
}
