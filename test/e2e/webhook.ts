import { vi } from 'vitest';
import { kubectl } from './kubectl.ts';
import { generatedName, type Namespace, RUN_LABELS } from './namespace.ts';
import { container, envNames, pod, podSpec, REQUEST_METADATA, RESTRICTED } from './objects.ts';
import type { Podherald } from './podherald.ts';

export type FailurePolicy = 'Fail' | 'Ignore';

/** The name of the webhook. The audit log prefixes podherald's audit annotations with it. */
export const WEBHOOK_NAME = 'pods.podherald.dev';

/** A MutatingWebhookConfiguration that sends the pods of selected namespaces to a podherald. */
export interface Webhook {
  /** Selects more namespaces. Resolves when podherald injects their pods. */
  readonly select: (...namespaces: readonly Namespace[]) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Returns a webhook, which is created in the cluster when the first namespace is selected. */
export function makeWebhook(podherald: Podherald, failurePolicy: FailurePolicy): Webhook {
  const name = generatedName();
  const selected: string[] = [];
  return {
    select: async (...namespaces) => {
      selected.push(...namespaces.map(({ name }) => name));
      const manifest = configuration(name, podherald, failurePolicy, selected);
      await kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
      try {
        await Promise.all(namespaces.map(untilInjected));
      } catch (error) {
        throw new Error(await notInjectedMessage(podherald, error), { cause: error });
      }
    },
    remove: async () => {
      await kubectl(['delete', 'mutatingwebhookconfiguration', name, '--ignore-not-found']);
    },
  };
}

function configuration(
  name: string,
  { clientConfig, caBundle }: Podherald,
  failurePolicy: FailurePolicy,
  namespaces: readonly string[],
): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels: RUN_LABELS },
    webhooks: [
      {
        name: WEBHOOK_NAME,
        clientConfig: { ...clientConfig, caBundle },
        rules: [
          { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] },
        ],
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces },
          ],
        },
        failurePolicy,
        timeoutSeconds: 3,
        sideEffects: 'None',
        matchPolicy: 'Equivalent',
        reinvocationPolicy: 'IfNeeded',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}

/** Waits for the API server, which uses a changed webhook configuration a moment later. */
async function untilInjected(namespace: Namespace): Promise<void> {
  const app = container('app', { securityContext: RESTRICTED });
  const probe = pod({ name: 'probe', annotations: REQUEST_METADATA }, podSpec([app]));
  await vi.waitFor(
    async () => {
      const { spec, metadata } = await namespace.create(probe, '--dry-run=server');
      if (envNames(spec).includes('POD_NAME')) return;
      throw new Error(
        `a pod that requests its metadata is not injected: ${JSON.stringify({ metadata, spec })}`,
      );
    },
    { timeout: 20_000, interval: 100 },
  );
}

async function notInjectedMessage(podherald: Podherald, error: unknown): Promise<string> {
  const address = JSON.stringify(podherald.clientConfig);
  const hint =
    'if the API server cannot reach this address, set PODHERALD_E2E_HOST to an address that it can reach';
  return `podherald at ${address} injects nothing (${hint}): ${error}\nThe log of podherald:\n${await podherald.log()}`;
}
