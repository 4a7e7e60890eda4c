import { type Command, Option } from 'commander';
import { AppError } from '../errors.ts';
import { auditPods } from './audit-pods.ts';
import type { AuditGroup, AuditResult, MisplacedWish } from './audit-result.ts';
import { auditData, auditText } from './audit-text.ts';
import { auditWorkloads } from './audit-workloads.ts';
import { type OpenCluster, ReadNamespaces, readInjectors } from './cluster-view.ts';
import { theCluster } from './explain-object.ts';
import { noteText } from './explain-text.ts';
import type { Output } from './output.ts';
import { addConfigFlags, type ConfigFlags, usedConfig } from './used-config.ts';

interface AuditFlags extends ConfigFlags {
  readonly namespace?: string;
  readonly allNamespaces?: true;
  readonly output: 'text' | 'json';
}

export function addAudit(program: Command, output: Output): void {
  const command = program
    .command('audit')
    .summary('find pods that asked and did not get')
    .description(
      'Looks at the pods that run, and names those that lack what they, or their namespace, ask for, by owner, with the likely reason and the command that mends it; and workloads whose annotation does not reach their pods. It exits with 1 where it finds any, or where it could not look everywhere, and changes nothing.',
    )
    .option(
      '-n, --namespace <name>',
      'the namespace to look at (default: that of the context of the kubeconfig, else default)',
    )
    .addOption(new Option('-A, --all-namespaces', 'look at all namespaces').conflicts('namespace'))
    .addOption(
      new Option('-o, --output <format>', 'what to write')
        .choices(['text', 'json'])
        .default('text'),
    );
  addConfigFlags(command)
    .addHelpText(
      'after',
      `
It needs get and list on pods, namespaces, mutatingwebhookconfigurations, workloads and podherald's ConfigMap. What may not
be read is told, and then it never ends in 0: whoever may not read the ConfigMap gives the config with --config.

Examples:
  podherald audit -n shop
  podherald audit -A -o json | jq -r '.missing[].mend.commands[]'`,
    )
    .action((flags: AuditFlags) => audit(flags, output));
}

async function audit(flags: AuditFlags, output: Output): Promise<void> {
  const cluster = await theCluster();
  try {
    const result = await auditCluster(cluster, flags, output);
    output.progress?.('');
    for (const gap of result.gaps) output.note(noteText(gap));
    write(result, flags, output);
    tellDesign(result, output);
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
  const namespaces = new ReadNamespaces(cluster);
  const namespace =
    flags.allNamespaces === true ? undefined : (flags.namespace ?? cluster.namespace);
  if (namespace !== undefined) await namespaces.expect(namespace);
  const around = {
    cluster,
    namespaces,
    namespacesCount: config.namespaces.annotations,
    namespace,
    rules: config.rules,
    progress: (text: string) => output.progress?.(text),
  };
  if (flags.allNamespaces === true) await namespaces.readAll();
  const pods = await auditPods({ ...around, ...injectors });
  const workloads = await auditWorkloads(around);
  return {
    config: config.name,
    pods: pods.count,
    groups: [...pods.groups.values()].toSorted(byPlace),
    byDesign: Object.fromEntries(pods.byDesign),
    misplaced: workloads.misplaced.toSorted(byPlace),
    gaps: [
      ...(config.trouble === undefined ? [] : [config.trouble.message]),
      ...('unknown' in injectors.webhooks ? [injectors.webhooks.unknown] : []),
      ...pods.gaps,
      ...(pods.count === 0 && namespace !== undefined ? await doubt(namespace, namespaces) : []),
      ...workloads.gaps,
    ],
  };
}

/** Without pods, a namespace that may not be read may as well not be there. */
async function doubt(name: string, namespaces: ReadNamespaces): Promise<string[]> {
  const known = await namespaces.get(name);
  return 'unknown' in known
    ? [`whether there is a namespace ${name} is not known: ${known.unknown}`]
    : [];
}

function byPlace(one: AuditGroup | MisplacedWish, other: AuditGroup | MisplacedWish): number {
  return placeOf(one) < placeOf(other) ? -1 : 1;
}

function placeOf({ namespace, owner }: AuditGroup | MisplacedWish): string {
  return [namespace, owner.kind, owner.name].join('/');
}

function write(result: AuditResult, flags: AuditFlags, output: Output): void {
  if (flags.output === 'json') {
    output.out(`${JSON.stringify(auditData(result), null, 2)}\n`);
    return;
  }
  output.note(noteText(`by ${result.config}`));
  output.out(auditText(result, output));
}

/** No fault of the pods, nor of whoever wrote the default: it is for those that can have it. */
function tellDesign({ byDesign }: AuditResult, output: Output): void {
  for (const [reason, count] of Object.entries(byDesign)) {
    const text = `${count} pods cannot have what their namespace asks for, and that is no fault`;
    output.note(noteText(`${text} (${reason})`));
  }
}

/**
 * | found     | could not look everywhere | ends in                      |
 * | --------- | ------------------------- | ---------------------------- |
 * | something | no, or yes                | `audit`, 1                   |
 * | nothing   | yes                       | `cluster`, 1: nobody knows   |
 * | nothing   | no                        | 0                            |
 *
 * @throws AppError
 */
function conclude(result: AuditResult, output: Output): void {
  const { pods, groups, misplaced, gaps } = result;
  if (groups.length + misplaced.length > 0) throw new AppError('audit', verdict(result));
  if (gaps.length > 0) {
    throw new AppError('cluster', `${pods} pods, and whether any lacks something is not known`);
  }
  output.note(noteText(`${pods} pods, and none lacks what it asks for`));
}

function verdict({ pods, groups, misplaced, gaps }: AuditResult): string {
  const lacking = groups.reduce((sum, group) => sum + group.pods.length, 0);
  const parts = [
    `${lacking} of ${pods} pods lack what they ask for`,
    ...(misplaced.length === 0
      ? []
      : [`annotations that reach no pod: ${misplaced.flatMap(({ keys }) => keys).length}`]),
    ...(gaps.length === 0 ? [] : ['there may be more, as not all could be looked at']),
  ];
  return parts.join('; ');
}
