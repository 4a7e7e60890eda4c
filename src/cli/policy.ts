import { type Command, InvalidArgumentError } from 'commander';
import { isDnsLabel } from '../core/api/names.ts';
import { BUILT_IN_VERSION, type ServerVersion } from '../core/decision/rules.ts';
import { faultsError } from '../errors.ts';
import { policyManifests } from '../render/policy/policy-manifests.ts';
import { unsupportedByPolicy } from '../render/policy/profile-variables.ts';
import { VERSION } from '../version.ts';
import { choice, serverVersion } from './arguments.ts';
import { configOption, configSource } from './config.ts';
import type { Output } from './output.ts';

interface PolicyFlags {
  readonly config?: string;
  readonly name: string;
  readonly failurePolicy: 'Ignore' | 'Fail';
  readonly strict?: boolean;
  readonly kubernetesVersion?: ServerVersion;
}

/** Adds `podherald policy` with its help. */
export function addPolicy(program: Command, output: Output): void {
  program
    .command('policy')
    .summary('print policies that inject without the webhook')
    .description(
      'Prints a MutatingAdmissionPolicy with its binding, so that Kubernetes 1.36 or newer injects into pods without the webhook. Also prints two ValidatingAdmissionPolicies: one reports pods with invalid annotations, the other reports pods that request something that a policy cannot do. Nothing is injected into the reported pods. If the config contains something that a policy cannot do, the command prints the reasons instead of policies, and the exit code is 1.',
    )
    .addOption(configOption('config file of podherald (default: built-in config)'))
    .option('--name <name>', 'name of the policies and bindings', policyName, 'podherald')
    .addOption(
      choice(
        '--failure-policy <policy>',
        'what the API server does with a pod if it cannot evaluate a policy: admit the pod (Ignore) or reject it (Fail)',
        ['Ignore', 'Fail'],
      ).default('Ignore'),
    )
    .option(
      '--kubernetes-version <version>',
      `version of the API server; sets the tag of the ambassador image (default: ${BUILT_IN_VERSION.release})`,
      policyVersion,
    )
    .option(
      '--strict',
      'reject pods that request something that a policy cannot do, instead of admitting them with a warning',
    )
    .addHelpText(
      'after',
      `
Examples:
  # Install the policies of the built-in config:
  podherald policy | kubectl apply -f -

  # Save the policies of a config file:
  podherald policy --config config.yaml > policy.yaml

  # Show what stricter policies change in the cluster:
  podherald policy --strict --failure-policy Fail | kubectl diff -f -

  # Remove the policies:
  podherald policy | kubectl delete -f -`,
    )
    .action((flags: PolicyFlags) => policy(flags, output));
}

/** A name has at most 63 characters. The longest suffix that a policy gets is `-unsupported`. */
const LONGEST_NAME = 63 - '-unsupported'.length;

function policyName(name: string): string {
  if (isDnsLabel(name) && name.length <= LONGEST_NAME) return name;
  throw new InvalidArgumentError(
    `Expected at most ${LONGEST_NAME} lower-case letters, digits and hyphens.`,
  );
}

/** MutatingAdmissionPolicy is v1 since Kubernetes 1.36; the versions before have other fields. */
const FIRST_MINOR = 36;

function policyVersion(text: string): ServerVersion {
  const version = serverVersion(text);
  if (version.major > 1 || version.minor >= FIRST_MINOR) return version;
  throw new InvalidArgumentError(
    `The policies need Kubernetes 1.${FIRST_MINOR} or newer. Use the webhook for older versions.`,
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
  const reasons = unsupportedByPolicy(rules);
  if (reasons.length > 0) throw faultsError('config', reasons);
  const { name, failurePolicy, strict: isStrict = false } = flags;
  const readsNamespaces = namespaces.annotations;
  output.out(
    policyManifests({ rules, readsNamespaces, name, failurePolicy, isStrict, version: VERSION }),
  );
}
