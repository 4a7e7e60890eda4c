import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { ASKING, container, pod, podSpec } from './objects.ts';
import { test } from './suite.ts';
import { WEBHOOK_NAME } from './webhook.ts';

/** The API server's audit log as a file of JSON lines; hack/e2e knows hack/cluster's. */
const AUDIT_LOG = process.env['PODHERALD_E2E_AUDIT_LOG'];

interface AuditEvent {
  readonly objectRef?: { readonly namespace?: string; readonly name?: string };
  readonly annotations?: Record<string, string>;
}

test("the API server's audit log says what podherald did to a pod", async ({ namespace, skip }) => {
  if (AUDIT_LOG === undefined) return skip('PODHERALD_E2E_AUDIT_LOG is not set');
  const env = [{ name: 'POD_NAME', value: 'mine' }];
  await namespace.create(
    pod({ name: 'audited', annotations: ASKING }, podSpec([container('app', { env })])),
  );

  await expect
    .poll(() => auditAnnotations(AUDIT_LOG, namespace.name, 'audited'), { timeout: 30_000 })
    .toMatchObject({
      [`${WEBHOOK_NAME}/outcome`]: 'injected',
      [`${WEBHOOK_NAME}/reason`]: 'env_exists',
      [`${WEBHOOK_NAME}/injected`]: 'env,volume',
    });
});

/** The annotations of the one event about a pod's creation, none before it is written. */
async function auditAnnotations(file: string, namespace: string, name: string): Promise<object> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  const events: AuditEvent[] = lines.map((line) => JSON.parse(line));
  const event = events.find(
    ({ objectRef }) => objectRef?.namespace === namespace && objectRef.name === name,
  );
  return event?.annotations ?? {};
}
