import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDnsLabel } from '../core/api/names.ts';
import { BUILT_IN_VERSION, type ServerVersion } from '../core/decision/rules.ts';
import { faultsError } from '../errors.ts';
import { policyManifests } from '../render/policy/policy-manifests.ts';
import { unsupportedByPolicy } from '../render/policy/profile-variables.ts';
import { VERSION } from '../version.ts';
import { serverVersion } from './arguments.ts';
import { configOption, configSource } from './config.ts';
import type { Output } from './output.ts';

interface PolicyFlags {
  readonly config?: string;
  readonly name: string;
  readonly failurePolicy: 'Ignore' | 'Fail';
  readonly strict?: boolean;
  readonly kubernetesVersion?: ServerVersion;
}

export function addPolicy(program: Command, output: Output): void {
  program
    .command('policy')
    .summary('the injection as policies, for a cluster without the webhook')
    .description(
      'Prints the profiles of a config as a MutatingAdmissionPolicy and its binding, with which Kubernetes 1.36 or newer injects pods itself. Two ValidatingAdmissionPolicies tell of pods whose annotations are at fault, or ask for what a policy cannot do: those it leaves alone. A config that asks for what a policy cannot do is refused.',
    )
    .addOption(configOption('the config whose profiles are to be had'))
    .option('--name <name>', 'what the policies are called', policyName, 'podherald')
    .addOption(
      new Option('--failure-policy <policy>', 'what becomes of a pod that they fail on')
        .choices(['Ignore', 'Fail'])
        .default('Ignore'),
    )
    .option(
      '--kubernetes-version <version>',
      `version of the API server, which the ambassador's image follows (default: ${BUILT_IN_VERSION.release})`,
      policyVersion,
    )
    .option('--strict', 'refuse pods that ask for what a policy cannot do, instead of warning')
    .addHelpText(
      'after',
      `
Examples:
  podherald policy | kubectl apply -f -
  podherald policy --config config.yaml > policy.yaml
  podherald policy --strict --failure-policy Fail | kubectl diff -f -
  podherald policy | kubectl delete -f -`,
    )
    .action((flags: PolicyFlags) => policy(flags, output));
}

/** The policies' own names have endings. */
const LONGEST_NAME = 63 - '-unsupported'.length;

function policyName(name: string): string {
  if (isDnsLabel(name) && name.length <= LONGEST_NAME) return name;
  throw new InvalidArgumentError(
    `A name has lower-case letters, digits and -, ${LONGEST_NAME} at most.`,
  );
}

/** MutatingAdmissionPolicy v1; what came before it reads other fields. */
const FIRST_MINOR = 36;

function policyVersion(text: string): ServerVersion {
  const version = serverVersion(text);
  if (version.major > 1 || version.minor >= FIRST_MINOR) return version;
  throw new InvalidArgumentError(
    `The policies need Kubernetes 1.${FIRST_MINOR} or newer; older ones need the webhook.`,
  );
}

async function policy(flags: PolicyFlags, output: Output): Promise<void> {
  const { rules: configured, namespaces } = (await configSource(flags.config)).get();
  const { serverVersion: version } = configured.ambassador;
  const ambassador = {
    ...configured.ambassador,
    serverVersion: flags.kubernetesVersion ?? version,
  };
  const rules = { ...configured, ambassador };
  const refusals = unsupportedByPolicy(rules);
  if (refusals.length > 0) throw faultsError('config', refusals);
  const { name, failurePolicy, strict: isStrict = false } = flags;
  const readsNamespaces = namespaces.annotations;
  output.out(
    policyManifests({ rules, readsNamespaces, name, failurePolicy, isStrict, version: VERSION }),
  );
}
