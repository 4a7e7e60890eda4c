import { type Command, InvalidArgumentError } from 'commander';
import { isDnsSubdomain } from '../core/api/names.ts';
import { ACCESSES, type Access } from '../core/decision/rules.ts';
import { faultsError } from '../errors.ts';
import { defaultGrants, type Grant, grantsOf, KNOWN } from '../render/ambassador-grants.ts';
import { choice, namespaceName } from './arguments.ts';
import type { Output } from './output.ts';

interface RbacFlags {
  readonly access: Access;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly resources?: readonly string[];
}

/** Adds `podherald rbac` with its help. */
export function addRbac(program: Command, output: Output): void {
  program
    .command('rbac')
    .summary('print the RBAC rules that an ambassador needs')
    .description(
      'Prints the RBAC rules for the ServiceAccount of pods with an ambassador: a Role and a RoleBinding. Access beyond one namespace needs a ClusterRole and a ClusterRoleBinding. Comments explain the rules. The rules never contain wildcards or Secrets.',
    )
    .addOption(
      choice(
        '--access <access>',
        'access of the ambassador, as in the annotation ambassador-access',
        ACCESSES,
      ).makeOptionMandatory(),
    )
    .requiredOption('-n, --namespace <name>', 'namespace of the pods', namespaceName)
    .option('--service-account <name>', 'ServiceAccount of the pods', serviceAccount, 'default')
    .option(
      '--resources <names>',
      'resources to grant instead of the default ones, separated by commas; custom resources as plural.group. With --access full, the rules also allow writing them',
      list,
    )
    .addHelpText('after', EXAMPLES)
    .action((flags: RbacFlags) => rbac(flags, output));
}

const EXAMPLES = `
Known resources:
  ${inLines(KNOWN, 90).join('\n  ')}

Examples:
  # Let the pods of namespace team read their namespace:
  podherald rbac --access namespace -n team | kubectl apply -f -

  # Grant only what one app needs:
  podherald rbac --access namespace -n team --service-account web --resources pods,pods/log
  podherald rbac --access read-only -n monitoring --resources pods,nodes
  podherald rbac --access full -n ci --resources jobs,configmaps,certificates.cert-manager.io

  # List the permissions of the ServiceAccount:
  kubectl auth can-i --list -n team --as system:serviceaccount:team:default`;

function inLines(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

async function rbac(flags: RbacFlags, output: Output): Promise<void> {
  const { ambassadorRbac } = await import('../render/ambassador-rbac.ts');
  output.out(ambassadorRbac({ ...flags, grants: grants(flags) }));
}

function grants({ access, resources }: RbacFlags): readonly Grant[] {
  if (resources === undefined) return defaultGrants(access);
  const { grants, faults } = grantsOf(resources, access);
  if (faults.length === 0) return grants;
  throw faultsError(
    'usage',
    faults.map((fault) => `--resources: ${fault}`),
  );
}

function serviceAccount(name: string): string {
  if (isDnsSubdomain(name)) return name;
  throw new InvalidArgumentError(
    'Expected the name of a ServiceAccount without its namespace: lower-case letters, digits, hyphens and dots.',
  );
}

function list(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new InvalidArgumentError('Expected names of resources, separated by commas.');
  return names;
}
