import { type Command, InvalidArgumentError } from 'commander';
import { isDnsLabel, isDnsSubdomain } from '../core/api/names.ts';
import { ACCESSES, type Access } from '../core/decision/rules.ts';
import { didYouMean } from '../core/decision/values.ts';
import { faultsError } from '../errors.ts';
import { defaultGrants, type Grant, grantsOf, KNOWN } from '../render/ambassador-grants.ts';
import type { Output } from './output.ts';

interface RbacFlags {
  readonly access: Access;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly resources?: readonly string[];
}

export function addRbac(program: Command, output: Output): void {
  program
    .command('rbac')
    .summary('the smallest rights that make an ambassador useful')
    .description(
      'Prints a Role and its binding for the ServiceAccount of pods with an ambassador, with the reasons as comments. For --access read-only they are a ClusterRole and its binding. Never a wildcard, never Secrets.',
    )
    .requiredOption(
      '--access <access>',
      `what the ambassador lets through: ${ACCESSES.join(', ')}`,
      access,
    )
    .requiredOption('-n, --namespace <name>', 'the namespace of the pods', namespace)
    .option('--service-account <name>', 'the ServiceAccount of the pods', serviceAccount, 'default')
    .option(
      '--resources <names>',
      'grant these instead of the default, separated by commas; of a custom one plural.group. With --access full also to be written',
      list,
    )
    .addHelpText('after', EXAMPLES)
    .action((flags: RbacFlags) => rbac(flags, output));
}

const EXAMPLES = `
Resources known by name:
  ${inLines(KNOWN, 90).join('\n  ')}

Examples:
  podherald rbac --access namespace -n team | kubectl apply -f -
  podherald rbac --access namespace -n team --service-account web --resources pods,pods/log
  podherald rbac --access read-only -n monitoring --resources pods,nodes
  podherald rbac --access full -n ci --resources jobs,configmaps,certificates.cert-manager.io

  What came of it:
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

function access(text: string): Access {
  const known = ACCESSES.find((one) => one === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Expected ${ACCESSES.join(', ')}${didYouMean(text, ACCESSES)}`);
}

function namespace(name: string): string {
  if (isDnsLabel(name)) return name;
  throw new InvalidArgumentError(
    'A namespace is named by at most 63 lower-case letters, digits and hyphens.',
  );
}

function serviceAccount(name: string): string {
  if (isDnsSubdomain(name)) return name;
  throw new InvalidArgumentError(
    'A ServiceAccount is named by lower-case letters, digits, hyphens and dots, without its namespace.',
  );
}

function list(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected names separated by commas.');
  return names;
}
