import { kubectl } from '../kubectl.ts';
import { RUN_LABELS } from '../namespace.ts';

export interface Configuration {
  readonly name: string;
  /** One entry for each, so that every create asks all of them. */
  readonly urls: readonly string[];
  /** The namespace whose pods are sent. */
  readonly namespace: string;
  /** As a manifest renders it; left out as ours do. */
  readonly caBundle?: string;
}

export function manifestOf({ name, urls, namespace, caBundle }: Configuration): string {
  const clientConfig = (url: string) => ({ url, ...(caBundle !== undefined && { caBundle }) });
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels: RUN_LABELS },
    webhooks: urls.map((url, at) => ({
      name: `pods-${at}.podherald.dev`,
      clientConfig: clientConfig(url),
      rules: [
        { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] },
      ],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      failurePolicy: 'Fail',
      timeoutSeconds: 3,
      sideEffects: 'None',
      matchPolicy: 'Equivalent',
      reinvocationPolicy: 'IfNeeded',
      admissionReviewVersions: ['v1'],
    })),
  });
}

/** The caBundle of each entry, as text. */
export async function bundlesOf(name: string): Promise<string[]> {
  const object = JSON.parse(
    await kubectl(['get', 'mutatingwebhookconfiguration', name, '-o', 'json']),
  );
  return object.webhooks.map(({ clientConfig }: { clientConfig: { caBundle?: string } }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString(),
  );
}
