/**
 * Makes each alert of deploy/monitoring fire and resolve, with the cluster of KUBECONFIG and Debian's Prometheus:
 *
 *   node hack/monitoring/drill.ts             all alerts
 *   node hack/monitoring/drill.ts ALERT...    only these, and those that are tried at the same time
 *
 * Two podheralds run on this machine, and the API server calls the first one. The rules wait for seconds instead of
 * minutes. It creates two namespaces and two webhook configurations, and removes them. It takes about five minutes.
 * The address of the API server must belong to this machine, as that of hack/cluster does. Two alerts report bugs of
 * podherald, which cannot be caused: a fake replica reports them, with podherald's own registry.
 * With DRILL_KEEP=1, the folder with the logs is kept.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Mutation } from '../../src/core/admission/mutation.ts';
import { createMetrics } from '../../src/webhook/server/metrics.ts';
import { addressForCluster, freePort } from '../../test/e2e/addresses.ts';
import { KUBECTL, tryKubectl } from '../../test/e2e/kubectl.ts';
import { RUN_LABELS } from '../../test/e2e/namespace.ts';
import { Prometheus, panelQueries, until } from './prometheus.ts';
import { Replica } from './replica.ts';

const MIB = 1024 * 1024;
const ID = `podherald-drill-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'podherald-drill-'));
const say = (text: string): void =>
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);

// What the API server is asked for, and answers.
const kubeconfig = parse(
  execFileSync(KUBECTL, ['config', 'view', '--minify', '--raw', '-o', 'yaml'], {
    encoding: 'utf8',
  }),
);
const apiServer = new URL(kubeconfig.clusters[0].cluster.server);

// Never synchronously: podherald reads new Namespaces through the forwarder of this process.
async function kubectl(args: readonly string[], ...objects: object[]): Promise<number> {
  const input = objects.map((object) => JSON.stringify(object)).join('\n');
  return (await tryKubectl(args, input)).code;
}

function pods(
  namespace: string,
  count: number,
  annotations: Record<string, string>,
): Promise<number> {
  const items = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${index}`, namespace, annotations },
    spec: { containers: [{ name: 'app', image: 'busybox' }] },
  }));
  return kubectl(['create', '--dry-run=server', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'List',
    items,
  });
}

// A connection to the API server that the drill can break.
const sockets = new Set<Socket>();
let isForwarding = true;
const forwarder = createTcpServer((socket) => {
  if (!isForwarding) return void socket.destroy();
  const upstream = connect(Number(apiServer.port), apiServer.hostname);
  for (const each of [socket, upstream]) {
    sockets.add(each);
    each.on('error', () => {}).on('close', () => sockets.delete(each));
  }
  socket.pipe(upstream).pipe(socket);
});
const forwarderPort = await freePort(apiServer.hostname);
forwarder.listen(forwarderPort, apiServer.hostname);
const { cluster } = kubeconfig.clusters[0];
const forwarded = { ...cluster, server: `https://${apiServer.hostname}:${forwarderPort}` };
const broken = { ...kubeconfig, clusters: [{ ...kubeconfig.clusters[0], cluster: forwarded }] };
writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(broken), { mode: 0o600 });

// The bugs that two alerts report cannot be caused: this reports them with podherald's own registry.
const bugs = createMetrics('0.0.0');
bugs.configReloaded('success');
bugs.certificateExpires(new Date(Date.now() + 10 * 24 * 60 * 60 * 1000));
const bugged = createServer(
  (_request, response) => void bugs.text().then((text) => response.end(text)),
);
const buggedPort = await freePort('127.0.0.1');
bugged.listen(buggedPort, '127.0.0.1');

const host = process.env['PODHERALD_E2E_HOST'] ?? (await addressForCluster());
const flags = ['--kubeconfig', join(folder, 'kubeconfig')];
const a = await Replica.make('a', host, folder, flags);
const b = await Replica.make('b', host, folder, flags);
const isReady = async (): Promise<boolean> => (await a.isReady()) && (await b.isReady());

const user = kubeconfig.users[0].user;
const write = (name: string, data: string): string => {
  writeFileSync(join(folder, name), Buffer.from(data, 'base64'), { mode: 0o600 });
  return join(folder, name);
};
const target = (pod: string, address: string): object => ({
  targets: [address],
  labels: { namespace: 'podherald', pod },
});
const prometheus = await Prometheus.start(folder, [
  {
    job_name: 'podherald',
    static_configs: [
      target('a', `${host}:${a.adminPort}`),
      target('b', `${host}:${b.adminPort}`),
      target('bugged', `127.0.0.1:${buggedPort}`),
    ],
  },
  {
    job_name: 'apiserver',
    scheme: 'https',
    scrape_interval: '5s',
    scrape_timeout: '5s',
    tls_config: {
      insecure_skip_verify: true,
      cert_file: write('client.crt', user['client-certificate-data']),
      key_file: write('client.key', user['client-key-data']),
    },
    static_configs: [{ targets: [apiServer.host] }],
    metric_relabel_configs: [
      { source_labels: ['__name__'], regex: 'apiserver_admission_webhook_.*', action: 'keep' },
    ],
  },
]);

function webhook(failurePolicy: 'Ignore' | 'Fail'): object {
  const namespace = `${ID}-${failurePolicy.toLowerCase()}`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: namespace, labels: RUN_LABELS },
    webhooks: [
      {
        name: 'pods.podherald.dev',
        clientConfig: {
          url: `https://${host}:${a.port}/mutate`,
          caBundle: readFileSync(a.certificateFile).toString('base64'),
        },
        rules: [
          { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy,
        timeoutSeconds: 3,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}

const POLICIES = ['Ignore', 'Fail'] as const;
const namespaces = POLICIES.map((policy) => `${ID}-${policy.toLowerCase()}`);
const failing = `${ID}-fail`;

interface Drill {
  readonly cause: string;
  /** Whether the API server must call a. */
  readonly isCalled?: true;
  readonly alerts: readonly string[];
  begin?(): Promise<void> | void;
  /** Repeated each second until all alerts of the phase fire. */
  again?(): Promise<unknown> | unknown;
  end?(): Promise<void> | void;
}

const review = (annotations: object): Buffer =>
  Buffer.from(
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid: '1',
        resource: { group: '', version: 'v1', resource: 'pods' },
        operation: 'CREATE',
        namespace: 'default',
        object: { metadata: { annotations }, spec: { containers: [{ name: 'app' }] } },
      },
    }),
  );
const many = <T>(count: number, each: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, each));

const PHASES: readonly (readonly Drill[])[] = [
  [
    {
      cause: 'b has an invalid config',
      alerts: ['PodheraldConfigBroken'],
      begin: () => b.configure('onInvalid: 7\n'),
      end: () => b.configure(''),
    },
    {
      cause: 'the certificate file of b is replaced by text',
      alerts: ['PodheraldCertificateRejected'],
      begin: () => {
        copyFileSync(b.certificateFile, `${b.certificateFile}.good`);
        writeFileSync(b.certificateFile, 'not a certificate\n');
      },
      end: () => copyFileSync(`${b.certificateFile}.good`, b.certificateFile),
    },
    {
      cause: 'podherald cannot reach the API server',
      alerts: ['PodheraldNamespacesStale'],
      begin: () => {
        isForwarding = false;
        for (const socket of sockets) socket.destroy();
      },
      end: () => {
        isForwarding = true;
      },
    },
    {
      cause: 'bugs, reported by a fake replica',
      alerts: ['PodheraldFailsOpen', 'PodheraldWorkloadReviewsFail'],
      begin: () => {
        const injected = { env: 0, volume: 0, ambassador: 0 };
        bugs.review(
          { outcome: 'failed_open', reason: 'patch_not_proven', injected } as unknown as Mutation,
          0.001,
        );
        bugs.warned('failed');
      },
    },
    {
      cause: 'seven clients send 6 MiB each, and never the rest',
      alerts: ['PodheraldRejectsRequests'],
      again: () => many(7, () => a.post(Buffer.alloc(6 * MIB, ' '), { missingBytes: MIB / 2 })),
    },
  ],
  [
    {
      cause: 'the second half of each review arrives 0.8 s later',
      alerts: ['PodheraldSlow'],
      again: () => many(10, () => a.post(review({ 'inject-metadata': 'true' }), { pauseMs: 800 })),
    },
  ],
  [
    {
      cause: 'the certificate of b expires in an hour',
      alerts: ['PodheraldCertificateExpires'],
      begin: () => b.certify(1),
      end: () => b.certify(240),
    },
  ],
  [
    {
      cause: 'b is killed and started again, three times',
      alerts: ['PodheraldRestarts'],
      begin: async () => {
        for (let restart = 0; restart < 3; restart++) {
          await b.stop();
          const started = Math.floor(Date.now() / 1000);
          b.start();
          await until('b is ready', 60, () => b.isReady());
          // A restart is faster than a scrape, so that `up` may still be that of the process before.
          const isSeen = `process_start_time_seconds{pod="b"} >= ${started}`;
          await until(
            'Prometheus has seen b',
            20,
            async () => (await prometheus.count(isSeen)) === 1,
          );
          // The next one must differ: the value is in whole seconds.
          await until('the next second', 2, async () => Date.now() / 1000 >= started + 1);
        }
      },
    },
  ],
  [
    {
      cause: 'nobody reads the log of b',
      alerts: ['PodheraldLogLinesDropped'],
      begin: async () => {
        await b.stop();
        b.start({ isLogRead: false });
        await until('b is ready', 60, () => b.isReady());
      },
      again: () =>
        many(500, () =>
          b.post(review({ 'inject-metadata': '', 'podherald.dev/inject-ambassador': 'x' })),
        ),
      end: async () => {
        await b.stop();
        b.start();
        await until('b is ready', 60, () => b.isReady());
      },
    },
  ],
  [
    {
      cause: 'only a is left: b is killed, and the fake replica ends',
      alerts: ['PodheraldReplicaDown', 'PodheraldTooFewReplicas'],
      begin: async () => {
        bugged.close();
        bugged.closeAllConnections();
        await b.stop();
      },
      end: async () => {
        bugged.listen(buggedPort, '127.0.0.1');
        b.start();
        await until('b is ready', 60, () => b.isReady());
      },
    },
  ],
  [
    {
      cause: 'pods with an invalid annotation are created',
      isCalled: true,
      alerts: ['PodheraldDeniesManyPods'],
      again: () => pods(failing, 20, { 'inject-metadata': '' }),
    },
  ],
  [
    {
      cause: 'a hangs (SIGSTOP)',
      isCalled: true,
      alerts: ['PodheraldNotCalled', 'PodheraldBlocksPods', 'PodheraldNearTimeout'],
      begin: () => a.signal('SIGSTOP'),
      again: () =>
        Promise.all(namespaces.map((name) => pods(name, 1, { 'inject-metadata': 'true' }))),
      end: async () => {
        a.signal('SIGCONT');
        await until('a is ready', 60, () => a.isReady());
      },
    },
  ],
  [
    {
      cause: 'all replicas are killed',
      alerts: ['PodheraldDown'],
      begin: async () => {
        bugged.close();
        bugged.closeAllConnections();
        await Promise.all([a.stop(), b.stop()]);
      },
      end: async () => {
        bugged.listen(buggedPort, '127.0.0.1');
        a.start();
        b.start();
        await until('both are ready', 60, isReady);
      },
    },
  ],
];

let failures = 0;
function check(holds: boolean, text: string): void {
  if (!holds) failures += 1;
  say(`${holds ? 'ok  ' : 'FAIL'} ${text}`);
}

async function run(phase: readonly Drill[]): Promise<void> {
  const alerts = phase.flatMap((drill) => drill.alerts);
  const names = async (): Promise<Set<string>> =>
    new Set((await prometheus.firing()).map(({ labels }) => labels['alertname'] ?? ''));
  const before = await names();
  for (const alert of alerts) check(!before.has(alert), `${alert} does not fire yet`);
  const begin = Date.now();
  for (const drill of phase) {
    say(`     ${drill.cause}`);
    await drill.begin?.();
  }
  const waiting = new Set(alerts);
  await until('alerts fire', 120, async () => {
    const again = Promise.all(
      phase
        .filter((drill) => drill.alerts.some((alert) => waiting.has(alert)))
        .map((drill) => drill.again?.()),
    );
    await Promise.race([again, new Promise((resolve) => setTimeout(resolve, 3000))]);
    for (const { labels, annotations } of await prometheus.firing()) {
      if (!waiting.delete(labels['alertname'] ?? '')) continue;
      check(
        true,
        `${labels['alertname']} fires after ${Math.round((Date.now() - begin) / 1000)} s: ${annotations['description']}`,
      );
    }
    return waiting.size === 0;
  }).catch(() => check(false, `do not fire: ${[...waiting].join(', ')}`));
  for (const drill of phase) await drill.end?.();
  await until('alerts resolve', 150, async () => {
    const still = await names();
    return alerts.every((alert) => !still.has(alert));
  }).then(
    (seconds) => check(true, `resolved after ${seconds} s: ${alerts.join(', ')}`),
    async () => check(false, `do not resolve: ${[...(await names())].join(', ')}`),
  );
}

/** Lets the API server call a for the pods of two namespaces. */
async function callReplica(): Promise<void> {
  await kubectl(
    ['apply', '-f', '-'],
    ...namespaces.map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: RUN_LABELS },
    })),
    ...POLICIES.map(webhook),
  );
  for (const name of namespaces) {
    await until(
      `the API server calls podherald for pods of ${name}`,
      60,
      async () =>
        (await pods(name, 1, { 'inject-metadata': 'true' })) === 0 &&
        (await pods(name, 1, { 'inject-metadata': '' })) !== 0,
    );
  }
}

// `drill.ts ALERT...` runs only the phases with these alerts.
const only = process.argv.slice(2);
const phases = PHASES.filter(
  (drills) =>
    only.length === 0 || drills.some(({ alerts }) => alerts.some((alert) => only.includes(alert))),
);
const isCalled = phases.some((drills) => drills.some((drill) => drill.isCalled));

/** Without reviews, a quantile is NaN. So it checks while pods are created. */
async function checkPanels(): Promise<void> {
  const without = new Set(
    panelQueries().filter(({ expression }) => isCalled || !expression.includes('apiserver_')),
  );
  const queries = without.size;
  await until('every panel has data', 60, async () => {
    await many(5, () => a.post(review({ 'inject-metadata': 'true' })));
    if (isCalled) await pods(failing, 2, { 'inject-metadata': 'true' });
    for (const query of without) {
      if ((await prometheus.count(query.expression)) > 0) without.delete(query);
    }
    return without.size === 0;
  }).catch(() => {});
  const panels = [...without].map(({ panel }) => panel);
  check(
    panels.length === 0,
    `${queries} queries of panels have data; without: ${panels.join(', ') || 'none'}`,
  );
}

try {
  a.start();
  b.start();
  await until('both replicas are ready', 120, isReady);
  await until('Prometheus is ready', 60, () => prometheus.isReady());
  if (isCalled) await callReplica();
  await until('all targets are scraped', 60, async () => (await prometheus.count('up == 1')) === 4);
  await until(
    'rules are evaluated',
    30,
    async () => ![...(await prometheus.rules()).values()].includes('unknown'),
  );
  for (const [rule, health] of await prometheus.rules())
    check(health === 'ok', `rule ${rule} is loaded: ${health}`);
  await until('nothing fires', 90, async () => (await prometheus.firing()).length === 0);
  for (const phase of phases) {
    await run(phase);
    if (phase !== phases[0]) continue;
    await checkPanels();
  }
} finally {
  prometheus.stop();
  await Promise.all([a.stop(), b.stop()]);
  await kubectl(['delete', 'mutatingwebhookconfiguration', ...namespaces, '--ignore-not-found']);
  await kubectl(['delete', 'namespace', ...namespaces, '--ignore-not-found', '--wait=false']);
  if (process.env['DRILL_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
}
say(failures === 0 ? 'every alert fired and resolved' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
