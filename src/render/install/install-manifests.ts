import { certificateManifests } from './certificate.ts';
import type { InstallOptions } from './install-options.ts';
import type { InstallManifest } from './manifest-text.ts';
import { namespaceManifests } from './namespace.ts';
import { networkPolicyManifest, serviceManifest } from './network.ts';
import { rbacManifests, selfManagedRbacManifests, serviceAccountManifest } from './rbac.ts';
import { webhookManifest } from './webhook.ts';
import { configMapManifest, deploymentManifest, disruptionBudgetManifest } from './workload.ts';

/** A file of manifests. Parts are applied in the order of their names. */
export interface Part {
  readonly name: string;
  readonly manifests: readonly InstallManifest[];
}

/** The parts that are the same for every source of the certificate. */
export function commonParts(options: InstallOptions): Part[] {
  return [
    { name: '00-namespace', manifests: namespaceManifests(options) },
    { name: '10-service-account', manifests: [serviceAccountManifest(options)] },
    { name: '20-rbac', manifests: rbacManifests(options) },
    { name: '30-config', manifests: [configMapManifest(options)] },
    { name: '40-service', manifests: [serviceManifest(options)] },
    { name: '41-network-policy', manifests: [networkPolicyManifest(options)] },
    { name: '60-disruption-budget', manifests: [disruptionBudgetManifest(options)] },
  ];
}

/** The parts that depend on the source of the certificate. */
export function tlsParts(options: InstallOptions): Part[] {
  const { tls } = options;
  return [
    {
      name: '21-tls-rbac',
      manifests: tls === 'self-managed' ? selfManagedRbacManifests(options) : [],
    },
    {
      name: '35-certificate',
      manifests: tls === 'cert-manager' ? certificateManifests(options) : [],
    },
    { name: '50-deployment', manifests: [deploymentManifest(options)] },
    // Last: no pod is sent before podherald exists.
    { name: '90-webhook', manifests: [webhookManifest(options)] },
  ];
}

/** All manifests of an installation, in the order in which to apply them. */
export function installManifests(options: InstallOptions): InstallManifest[] {
  return [...commonParts(options), ...tlsParts(options)]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(({ manifests }) => manifests);
}
