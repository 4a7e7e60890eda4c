import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Connection } from '../../src/cluster/connection.ts';
import { findCluster, locateCluster, serverInCluster } from '../../src/cluster/find-cluster.ts';
import { makeFolder, makePair } from '../support/certificates.ts';

/** An API server that sends the Authorization header back. */
async function echoServer() {
  const pair = await makePair();
  const server = createServer(pair, (request, response) => {
    response.end(request.headers.authorization);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port: String(port), url: `https://127.0.0.1:${port}`, ca: pair.cert };
}

async function authorization(connection: Connection | undefined): Promise<string> {
  if (connection === undefined) return 'no cluster';
  onTestFinished(() => connection.close());
  const { signal } = new AbortController();
  return text((await connection.get('/version', { accept: '*/*', signal })).body);
}

function kubeconfig(url: string, ca: string, token: string): string {
  const data = Buffer.from(ca).toString('base64');
  return `apiVersion: v1
kind: Config
current-context: it
contexts: [{name: it, context: {cluster: it, user: it}}]
clusters: [{name: it, cluster: {server: "${url}", certificate-authority-data: ${data}}}]
users: [{name: it, user: {token: ${token}}}]
`;
}

function write(folder: string, name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function podFolder(ca: string, token: string): string {
  const folder = makeFolder();
  write(folder, 'ca.crt', ca);
  write(folder, 'token', token);
  return folder;
}

describe('the cluster', () => {
  it('is that of KUBECONFIG', async () => {
    const { url, ca } = await echoServer();
    const home = makeFolder();
    const KUBECONFIG = write(home, 'config', kubeconfig(url, ca, 'from-kubeconfig'));

    const found = await findCluster({ environment: { KUBECONFIG }, home });
    expect(await authorization(found)).toBe('Bearer from-kubeconfig');
  });

  it('is that of KUBECONFIG, with a `tokenFile` beside it', async () => {
    const { url, ca } = await echoServer();
    const home = makeFolder();
    write(home, 'token', 'from-file');
    const content = kubeconfig(url, ca, 'x, tokenFile: token');
    const KUBECONFIG = write(home, 'config', content);

    const found = await findCluster({ environment: { KUBECONFIG }, home });
    expect(await authorization(found)).toBe('Bearer from-file');
  });

  it('is that of the first file in KUBECONFIG that has a current context', async () => {
    const { url, ca } = await echoServer();
    const home = makeFolder();
    const first = write(home, 'first', kubeconfig(url, ca, 'first'));
    const other = kubeconfig(url, ca, 'other').replaceAll(': it', ': other');
    const second = write(home, 'second', other);
    const KUBECONFIG = `${first}:${second}`;

    const found = await findCluster({ environment: { KUBECONFIG }, home });
    expect(await authorization(found)).toBe('Bearer first');
  });

  it('is that of ~/.kube/config without KUBECONFIG', async () => {
    const { url, ca } = await echoServer();
    const home = makeFolder();
    mkdirSync(join(home, '.kube'));
    write(home, '.kube/config', kubeconfig(url, ca, 'from-home'));

    expect(await authorization(await findCluster({ environment: {}, home }))).toBe(
      'Bearer from-home',
    );
  });

  it('is the one that the pod runs in without a kubeconfig', async () => {
    const { port, ca } = await echoServer();
    const serviceAccount = podFolder(ca, 'from-pod');
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };

    const found = await findCluster({ environment, home: makeFolder(), serviceAccount });
    expect(await authorization(found)).toBe('Bearer from-pod');
  });

  it('is reached with a token that kubelet has renewed', async () => {
    const { port, ca } = await echoServer();
    const serviceAccount = podFolder(ca, 'old');
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
    const found = await findCluster({ environment, home: makeFolder(), serviceAccount });
    expect(await authorization(found)).toBe('Bearer old');

    write(serviceAccount, 'token', 'renewed\n');
    expect(await authorization(found)).toBe('Bearer renewed');
  });
});

describe('a chosen kubeconfig or context', () => {
  async function twoContexts() {
    const { url, ca } = await echoServer();
    const home = makeFolder();
    const first = write(home, 'first', kubeconfig(url, ca, 'first'));
    const other = kubeconfig(url, ca, 'other').replaceAll(': it', ': other');
    const second = write(home, 'second', other);
    return { home, first, second };
  }

  it('is used instead of KUBECONFIG', async () => {
    const { home, first, second } = await twoContexts();
    const environment = { KUBECONFIG: first };

    const found = await findCluster({ environment, home, kubeconfig: second });
    expect(await authorization(found)).toBe('Bearer other');
  });

  it('is used instead of the current context', async () => {
    const { home, first, second } = await twoContexts();
    const environment = { KUBECONFIG: `${first}:${second}` };

    const found = await findCluster({ environment, home, context: 'other' });
    expect(await authorization(found)).toBe('Bearer other');
  });

  it('is an error that lists the contexts if it does not exist', async () => {
    const { home, first, second } = await twoContexts();
    const environment = { KUBECONFIG: `${first}:${second}` };

    await expect(findCluster({ environment, home, context: 'nope' })).rejects.toThrow(
      /the context nope does not exist or has no cluster; the contexts are: it, other$/,
    );
  });

  it('is an error if the kubeconfig has no contexts', async () => {
    const home = makeFolder();
    const empty = write(home, 'empty', 'apiVersion: v1\nkind: Config\n');

    await expect(findCluster({ environment: {}, home, kubeconfig: empty })).rejects.toThrow(
      `${empty}: the kubeconfig has no contexts; pass another one`,
    );
  });

  it('is an error for a pod that has no kubeconfig', async () => {
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1' };
    const serviceAccount = podFolder('ca', 'token');

    await expect(
      findCluster({ environment, home: makeFolder(), serviceAccount, context: 'x' }),
    ).rejects.toThrow(/the context x needs a kubeconfig: pass --kubeconfig/);
  });
});

describe('the cluster of a pod', () => {
  it('is trusted by a CA that was replaced while the pod runs', async () => {
    const { port, ca } = await echoServer();
    const serviceAccount = podFolder('not yet', 'token');
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
    const found = await findCluster({ environment, home: makeFolder(), serviceAccount });
    await expect(authorization(found)).rejects.toThrow();

    write(serviceAccount, 'ca.crt', ca);
    expect(await authorization(found)).toBe('Bearer token');
  });
});

describe('the namespace', () => {
  it('is that of the current context', async () => {
    const home = makeFolder();
    const content = kubeconfig('https://127.0.0.1:1', 'ca', 'token');
    const named = content.replace('user: it}', 'user: it, namespace: shop}');
    const KUBECONFIG = write(home, 'config', named);

    expect((await locateCluster({ environment: { KUBECONFIG }, home }))?.namespace).toBe('shop');
  });

  it('is that of the pod', async () => {
    const serviceAccount = podFolder('ca', 'token');
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1' };
    const found = () => locateCluster({ environment, home: makeFolder(), serviceAccount });
    expect((await found())?.namespace).toBeUndefined();

    write(serviceAccount, 'namespace', 'podherald');
    expect((await found())?.namespace).toBe('podherald');
  });
});

describe('the address of the API server in a pod', () => {
  it.each([
    [
      { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' },
      'https://10.96.0.1:6443',
    ],
    [{ KUBERNETES_SERVICE_HOST: '10.96.0.1' }, 'https://10.96.0.1:443'],
    [
      { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' },
      'https://[fd00::1]:443',
    ],
    [{ KUBERNETES_SERVICE_HOST: '' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (environment, address) => {
    expect(serverInCluster(environment)).toBe(address);
  });
});

describe('findCluster', () => {
  it.each([
    ['nothing is configured', {}],
    ['KUBECONFIG is empty', { KUBECONFIG: '' }],
    ['there is a Service but no token', { KUBERNETES_SERVICE_HOST: '127.0.0.1' }],
  ])('finds no cluster if %s', async (_name, environment) => {
    const home = makeFolder();

    expect(await findCluster({ environment, home, serviceAccount: home })).toBeUndefined();
  });

  it.each([
    ['has no current context', 'apiVersion: v1\nkind: Config\n'],
    ['is empty', ''],
  ])('finds no cluster if the kubeconfig %s', async (_name, content) => {
    const home = makeFolder();
    const KUBECONFIG = write(home, 'config', content);

    expect(await findCluster({ environment: { KUBECONFIG }, home })).toBeUndefined();
  });

  it.each([
    ['does not exist', undefined],
    ['is not YAML', '{'],
  ])('rejects a kubeconfig that %s', async (_name, content) => {
    const home = makeFolder();
    const KUBECONFIG = join(home, 'config');
    if (content !== undefined) write(home, 'config', content);

    await expect(findCluster({ environment: { KUBECONFIG }, home })).rejects.toMatchObject({
      code: 'file',
    });
  });
});
