import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import {
  container,
  envNames,
  firstPod,
  type Pod,
  pod,
  podSpec,
  REQUEST_METADATA,
} from './objects.ts';
import { test } from './suite.ts';
import { WEBHOOK_NAME } from './webhook.ts';

test('kubectl apply --dry-run=server shows the injected pod and does not store it', async ({
  namespace,
}) => {
  const args = ['apply', '--dry-run=server', '-o', 'json', '-f', '-'];
  const shown: Pod = JSON.parse(await namespace.run(args, JSON.stringify(firstPod('rehearsed'))));
  expect(envNames(shown.spec)).toContain('POD_NAME');

  const { code, stderr } = await namespace.try(['get', 'pod/rehearsed']);
  expect(code).toBe(1);
  expect(stderr).toContain('NotFound');
});

test('an unknown annotation with prefix podherald.dev/ causes a warning that suggests a known one', async ({
  namespace,
}) => {
  const annotations = { 'podherald.dev/inject-metdata': 'true' };
  const misspelt = pod({ name: 'misspelt', annotations }, podSpec([container('app')]));
  const { code, stderr } = await namespace.try(['apply', '-f', '-'], JSON.stringify(misspelt));

  expect(code).toBe(0);
  expect(stderr).toMatch(/^Warning: .*inject-metdata.*inject-metadata/m);
});

test('a pod without annotations is stored exactly as without podherald', async ({
  namespace,
  makeBareNamespace,
}) => {
  const bare = await makeBareNamespace();
  // Without a scheduler, nothing changes the pod after it is stored.
  const silent = pod(
    { name: 'silent', labels: { foo: 'bar' } },
    podSpec([container('app')], { schedulerName: 'none' }),
  );
  const seen = await namespace.create(silent);
  expect(asStored(seen)).toEqual(asStored(await bare.create(silent)));
});

/** Returns a pod without the fields that the API server generates. */
function asStored(stored: Pod): unknown {
  const { namespace, uid, resourceVersion, creationTimestamp, ...metadata } =
    stored.metadata as Record<string, unknown>;
  const text = JSON.stringify({ ...stored, metadata });
  return JSON.parse(text.replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access'));
}

/** The audit log of the API server: JSON lines. hack/e2e sets it for the cluster of hack/cluster. */
const AUDIT_LOG = process.env['PODHERALD_E2E_AUDIT_LOG'];

interface AuditEvent {
  readonly objectRef?: { readonly namespace?: string; readonly name?: string };
  readonly annotations?: Record<string, string>;
}

test("the API server's audit log shows what podherald injected, and why not more", async ({
  namespace,
  skip,
}) => {
  if (AUDIT_LOG === undefined) return skip('PODHERALD_E2E_AUDIT_LOG is not set');
  const env = [{ name: 'POD_NAME', value: 'mine' }];
  await namespace.create(
    pod({ name: 'audited', annotations: REQUEST_METADATA }, podSpec([container('app', { env })])),
  );

  await expect
    .poll(() => auditAnnotations(AUDIT_LOG, namespace.name, 'audited'), { timeout: 30_000 })
    .toMatchObject({
      [`${WEBHOOK_NAME}/outcome`]: 'injected',
      [`${WEBHOOK_NAME}/reason`]: 'env_exists',
      [`${WEBHOOK_NAME}/injected`]: 'env,volume',
    });
});

/** Returns the audit annotations of the event of a pod's creation; none before it is logged. */
async function auditAnnotations(file: string, namespace: string, name: string): Promise<object> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  const events: AuditEvent[] = lines.map((line) => JSON.parse(line));
  const event = events.find(
    ({ objectRef }) => objectRef?.namespace === namespace && objectRef.name === name,
  );
  return event?.annotations ?? {};
}
