import {
  always,
  byAccess,
  REJECTED,
  type RequestCase,
  request,
  SPDY,
  WEBSOCKET,
} from './request.ts';

const POD = '/api/v1/namespaces/{ns}/pods/web';
const COMMAND = '?command=id&stdout=1&container=app';

/** Requests that open a connection to a pod, a Service or a node, or that return a token. */
export const CONNECTIONS: readonly RequestCase[] = [
  request('exec over WebSocket', REJECTED, `GET ${POD}/exec${COMMAND}`, WEBSOCKET),
  request('exec over SPDY, with GET', REJECTED, `GET ${POD}/exec${COMMAND}`, SPDY),
  request('exec over SPDY, with POST', REJECTED, `POST ${POD}/exec${COMMAND}`, SPDY),
  request('exec without an upgrade', REJECTED, `GET ${POD}/exec${COMMAND}`),
  request('attach over WebSocket', REJECTED, `GET ${POD}/attach?stdin=1`, WEBSOCKET),
  request('attach over SPDY', REJECTED, `POST ${POD}/attach?stdin=1`, SPDY),
  request('portforward over WebSocket', REJECTED, `GET ${POD}/portforward?ports=80`, WEBSOCKET),
  request('portforward over SPDY', REJECTED, `POST ${POD}/portforward`, SPDY),
  request('pod proxy', REJECTED, `GET ${POD}/proxy`),
  request('pod proxy with a path', REJECTED, `GET ${POD}/proxy/admin?a=b`),
  request(
    'pod proxy with a port',
    REJECTED,
    'GET /api/v1/namespaces/{ns}/pods/http:web:8080/proxy/',
  ),
  request('pod proxy over WebSocket', REJECTED, `GET ${POD}/proxy/ws`, WEBSOCKET),
  request('Service proxy', REJECTED, 'GET /api/v1/namespaces/{ns}/services/web/proxy/'),
  request(
    'Service proxy with https',
    REJECTED,
    'GET /api/v1/namespaces/{ns}/services/https:web:443/proxy/',
  ),
  request(
    'Service proxy with POST',
    REJECTED,
    'POST /api/v1/namespaces/{ns}/services/web/proxy/x',
    [],
    '{}',
  ),
  request('node proxy: pods', REJECTED, 'GET /api/v1/nodes/node/proxy/pods'),
  request(
    'node proxy: run',
    REJECTED,
    `POST /api/v1/nodes/node/proxy/run/{ns}/web/app?cmd=id`,
    [],
    '{}',
  ),
  request(
    'node proxy: exec',
    REJECTED,
    `GET /api/v1/nodes/node/proxy/exec/{ns}/web/app${COMMAND}`,
    WEBSOCKET,
  ),
  request('node proxy with a port', REJECTED, 'GET /api/v1/nodes/https:node:10250/proxy/metrics'),
  request('node proxy: logs', REJECTED, 'GET /api/v1/nodes/node/proxy/logs/'),
  request('PATCH an ephemeral container', REJECTED, `PATCH ${POD}/ephemeralcontainers`, [], '{}'),
  request('PUT an ephemeral container', REJECTED, `PUT ${POD}/ephemeralcontainers`, [], '{}'),
  request(
    'create a token of a ServiceAccount',
    REJECTED,
    'POST /api/v1/namespaces/{ns}/serviceaccounts/default/token',
    [],
    '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}',
  ),
  request(
    'node proxy at its path before Kubernetes 1.10',
    byAccess('filter', 'api', 'api'),
    'GET /api/v1/proxy/nodes/node/pods',
  ),
  request(
    'pod proxy at its path before Kubernetes 1.10',
    byAccess('filter', 'api', 'api'),
    'GET /api/v1/proxy/namespaces/{ns}/pods/web/',
  ),
  request(
    'node proxy at an even older path',
    byAccess('filter', 'api', 'api'),
    'GET /proxy/nodes/node/',
  ),
  request(
    'exec below the watch path',
    REJECTED,
    'GET /api/v1/watch/namespaces/{ns}/pods/web/exec',
    WEBSOCKET,
  ),
  request(
    'exec in another API version',
    REJECTED,
    'GET /api/v2/namespaces/{ns}/pods/web/exec',
    WEBSOCKET,
  ),
  request(
    'exec in another API group',
    REJECTED,
    'GET /apis/apps/v1/namespaces/{ns}/pods/web/exec',
    WEBSOCKET,
  ),
  request(
    'console of a KubeVirt virtual machine',
    REJECTED,
    'GET /apis/subresources.kubevirt.io/v1/namespaces/{ns}/virtualmachineinstances/vm/console',
    WEBSOCKET,
  ),
  request(
    'port of a KubeVirt virtual machine',
    REJECTED,
    'GET /apis/subresources.kubevirt.io/v1/namespaces/{ns}/virtualmachineinstances/vm/portforward/22/tcp',
    WEBSOCKET,
  ),
  request(
    'proxy subresource of a custom resource',
    REJECTED,
    'GET /apis/cluster.karmada.io/v1alpha1/clusters/one/proxy/api/v1/pods',
  ),
  request('upgrade to h2c', always('kubectl'), 'GET /version', [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
  ]),
  request('upgrade to h2c on exec', REJECTED, `GET ${POD}/exec${COMMAND}`, [
    'Connection: Upgrade',
    'Upgrade: h2c',
  ]),
];
