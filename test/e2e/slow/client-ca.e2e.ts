import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from '../installation.ts';
import { tryKubectl } from '../kubectl.ts';
import { Namespace } from '../namespace.ts';
import { NO_IMAGE } from '../podherald-pod.ts';

/**
 * The CA (PEM) of the certificate that the API server shows to webhooks. The API server must have been
 * started with the files of docs/operations.md, "Only the API server may call the webhook", and with
 * `*.svc` as the name of the user, because the namespaces of tests have generated names:
 *
 *     PODHERALD_CLUSTER_APISERVER_FLAGS=--admission-control-config-file=/…/admission.yaml \
 *       hack/cluster/cluster up
 *     PODHERALD_E2E_CLIENT_CA=/…/ca.crt npm run e2e:slow -- client-ca
 */
const CLIENT_CA = process.env['PODHERALD_E2E_CLIENT_CA'];

describe.skipIf(NO_IMAGE || CLIENT_CA === undefined)('podherald with --client-ca', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.home.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'podherald-client-ca' },
      stringData: { 'ca.crt': readFileSync(CLIENT_CA ?? '', 'utf8') },
    });
    await installation.apply(['--client-ca-secret', 'podherald-client-ca']);
    await installation.ready();
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('answers the reviews of the API server, which shows its certificate', async () => {
    await installation.reached(namespace);

    expect(await installation.reviews()).toBeGreaterThan(0);
  });

  test('does not answer the proxy of the API server, which shows no certificate', async () => {
    const service = `/api/v1/namespaces/${installation.home.name}/services/https:podherald:443`;
    const { code, stdout, stderr } = await tryKubectl(['get', '--raw', `${service}/proxy/mutate`]);

    expect(code).not.toBe(0);
    // The response to a GET of a webhook that accepts every client.
    expect(stdout + stderr).not.toContain('is not allowed');
  });
});
