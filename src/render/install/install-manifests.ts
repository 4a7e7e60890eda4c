import { certificateManifests } from './certificate.ts';
import type { InstallOptions } from './install-options.ts';
import type { Manifest } from './manifest-text.ts';
import { namespaceManifests } from './namespace.ts';
import { networkPolicyManifest, serviceManifest } from './network.ts';
import { rbacManifests, selfManagedRbacManifests, serviceAccountManifest } from './rbac.ts';
import { webhookManifest } from './webhook.ts';
import { configMapManifest, deploymentManifest, disruptionBudgetManifest } from './workload.ts';

/** One part of an installation. Parts are applied in the order of their names. */
export interface Part {
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

/** What does not depend on where the certificate comes from. */
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

/** What does. */
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
    // Last, so that there is a podherald on its way when the first pod is sent to it.
    { name: '90-webhook', manifests: [webhookManifest(options)] },
  ];
}

/** A whole installation, in the order in which it is applied. */
export function installManifests(options: InstallOptions): Manifest[] {
  return [...commonParts(options), ...tlsParts(options)]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(({ manifests }) => manifests);
}
