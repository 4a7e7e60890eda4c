import { vi } from 'vitest';
import { kubectl } from './kubectl.ts';
import { generatedName, type Namespace, RUN_LABELS } from './namespace.ts';
import { ASKING, container, envNames, pod, podSpec, RESTRICTED } from './objects.ts';
import type { Podherald } from './podherald.ts';

export type FailurePolicy = 'Fail' | 'Ignore';

/** The webhook's name: the audit log puts it before each of our annotations. */
export const WEBHOOK_NAME = 'pods.podherald.dev';

/** A MutatingWebhookConfiguration that sends the pods of selected namespaces to a podherald. */
export interface Webhook {
  /** Has the pods of more namespaces sent; resolves when the API server does so. */
  readonly select: (...namespaces: readonly Namespace[]) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** It comes into being with the first namespace that is selected. */
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
        throw new Error(await neverCalled(podherald, error), { cause: error });
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

/** The API server takes up a changed configuration a moment later. */
async function untilInjected(namespace: Namespace): Promise<void> {
  const app = container('app', { securityContext: RESTRICTED });
  const rehearsal = pod({ name: 'rehearsal', annotations: ASKING }, podSpec([app]));
  await vi.waitFor(
    async () => {
      const { spec, metadata } = await namespace.create(rehearsal, '--dry-run=server');
      if (envNames(spec).includes('POD_NAME')) return;
      throw new Error(
        `a pod that asks for its metadata is not injected: ${JSON.stringify({ metadata, spec })}`,
      );
    },
    { timeout: 20_000, interval: 100 },
  );
}

async function neverCalled(podherald: Podherald, error: unknown): Promise<string> {
  const hint = 'if the API server cannot reach that address, set PODHERALD_E2E_HOST to one it can';
  const where = JSON.stringify(podherald.clientConfig);
  return `podherald at ${where} injects nothing (${hint}): ${error}\npodherald wrote:\n${await podherald.log()}`;
}
