import { type Attack, always, attack, by, REFUSED, SPDY, WEBSOCKET } from './attack.ts';

const POD = '/api/v1/namespaces/{ns}/pods/web';
const COMMAND = '?command=id&stdout=1&container=app';

/** What opens a connection into a pod, a Service or a node, and what gives a token away. */
export const CONNECTIONS: readonly Attack[] = [
  attack('exec by websocket', REFUSED, `GET ${POD}/exec${COMMAND}`, WEBSOCKET),
  attack('exec by SPDY over GET', REFUSED, `GET ${POD}/exec${COMMAND}`, SPDY),
  attack('exec by SPDY over POST', REFUSED, `POST ${POD}/exec${COMMAND}`, SPDY),
  attack('exec without an upgrade', REFUSED, `GET ${POD}/exec${COMMAND}`),
  attack('attach by websocket', REFUSED, `GET ${POD}/attach?stdin=1`, WEBSOCKET),
  attack('attach by SPDY', REFUSED, `POST ${POD}/attach?stdin=1`, SPDY),
  attack('portforward by websocket', REFUSED, `GET ${POD}/portforward?ports=80`, WEBSOCKET),
  attack('portforward by SPDY', REFUSED, `POST ${POD}/portforward`, SPDY),
  attack('a pod’s proxy', REFUSED, `GET ${POD}/proxy`),
  attack('a pod’s proxy with a path', REFUSED, `GET ${POD}/proxy/admin?a=b`),
  attack(
    'a pod’s proxy with a port',
    REFUSED,
    'GET /api/v1/namespaces/{ns}/pods/http:web:8080/proxy/',
  ),
  attack('a pod’s proxy by websocket', REFUSED, `GET ${POD}/proxy/ws`, WEBSOCKET),
  attack('a Service’s proxy', REFUSED, 'GET /api/v1/namespaces/{ns}/services/web/proxy/'),
  attack(
    'a Service’s proxy by https',
    REFUSED,
    'GET /api/v1/namespaces/{ns}/services/https:web:443/proxy/',
  ),
  attack(
    'a Service’s proxy by POST',
    REFUSED,
    'POST /api/v1/namespaces/{ns}/services/web/proxy/x',
    [],
    '{}',
  ),
  attack('a node’s proxy: its pods', REFUSED, 'GET /api/v1/nodes/node/proxy/pods'),
  attack(
    'a node’s proxy: run',
    REFUSED,
    `POST /api/v1/nodes/node/proxy/run/{ns}/web/app?cmd=id`,
    [],
    '{}',
  ),
  attack(
    'a node’s proxy: exec',
    REFUSED,
    `GET /api/v1/nodes/node/proxy/exec/{ns}/web/app${COMMAND}`,
    WEBSOCKET,
  ),
  attack('a node’s proxy with a port', REFUSED, 'GET /api/v1/nodes/https:node:10250/proxy/metrics'),
  attack('a node’s proxy: its logs', REFUSED, 'GET /api/v1/nodes/node/proxy/logs/'),
  attack('an ephemeral container by PATCH', REFUSED, `PATCH ${POD}/ephemeralcontainers`, [], '{}'),
  attack('an ephemeral container by PUT', REFUSED, `PUT ${POD}/ephemeralcontainers`, [], '{}'),
  attack(
    'a token of a ServiceAccount',
    REFUSED,
    'POST /api/v1/namespaces/{ns}/serviceaccounts/default/token',
    [],
    '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}',
  ),
  attack(
    'the proxy path of before 1.10, of a node',
    by('filter', 'api', 'api'),
    'GET /api/v1/proxy/nodes/node/pods',
  ),
  attack(
    'the same of a pod',
    by('filter', 'api', 'api'),
    'GET /api/v1/proxy/namespaces/{ns}/pods/web/',
  ),
  attack('/proxy of older times still', by('filter', 'api', 'api'), 'GET /proxy/nodes/node/'),
  attack('exec below watch', REFUSED, 'GET /api/v1/watch/namespaces/{ns}/pods/web/exec', WEBSOCKET),
  attack(
    'exec of another version',
    REFUSED,
    'GET /api/v2/namespaces/{ns}/pods/web/exec',
    WEBSOCKET,
  ),
  attack('exec by a group', REFUSED, 'GET /apis/apps/v1/namespaces/{ns}/pods/web/exec', WEBSOCKET),
  attack(
    'a console of KubeVirt',
    REFUSED,
    'GET /apis/subresources.kubevirt.io/v1/namespaces/{ns}/virtualmachineinstances/vm/console',
    WEBSOCKET,
  ),
  attack(
    'a port of KubeVirt',
    REFUSED,
    'GET /apis/subresources.kubevirt.io/v1/namespaces/{ns}/virtualmachineinstances/vm/portforward/22/tcp',
    WEBSOCKET,
  ),
  attack(
    'the proxy of a cluster’s own kind',
    REFUSED,
    'GET /apis/cluster.karmada.io/v1alpha1/clusters/one/proxy/api/v1/pods',
  ),
  attack('h2c by upgrade', always('kubectl'), 'GET /version', [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
  ]),
  attack('h2c by upgrade, of exec', REFUSED, `GET ${POD}/exec${COMMAND}`, [
    'Connection: Upgrade',
    'Upgrade: h2c',
  ]),
];
