import {
  always,
  byAccess,
  OTHER_NAMESPACE,
  PASSES,
  REJECTED,
  type RequestCase,
  request,
  WEBSOCKET,
} from './request.ts';

const NS = '/api/v1/namespaces/{ns}';
/** The API server does not decode the path again, and has no such path. */
const NOT_FOUND = always('api');
const NOT_FOUND_IN_CLUSTER = byAccess('filter', 'api', 'api');
/** kubectl proxy redirects to the clean path, which is another row. */
const REDIRECTED = always('kubectl');

/** Other spellings of the paths that the filter rejects. */
export const PATHS: readonly RequestCase[] = [
  exec('with a trailing slash', `${NS}/pods/web/exec/`),
  exec('with another segment after it', `${NS}/pods/web/exec/more`),
  exec('with an encoded letter', `${NS}/pods/web/%65xec`),
  exec('with encoded letters everywhere', '/%61pi/v1/n%61mespaces/{ns}/p%6Fds/web/e%78ec'),
  exec('with an encoded slash', `${NS}/pods/web%2fexec`),
  exec('with encoded slashes everywhere', '/api%2Fv1%2Fnamespaces%2F{ns}%2Fpods%2Fweb%2Fexec'),
  exec('with an encoded newline in the pod name', `${NS}/pods/we%0ab/exec`),
  exec('with a newline at the end of the pod name', `${NS}/pods/web%0a/exec`),
  exec('with a pod name that is not UTF-8', `${NS}/pods/web%ff%fe/exec`),
  exec('with an encoded NUL in the pod name', `${NS}/pods/web%00/exec`),
  exec('with an encoded slash as the pod name', `${NS}/pods/%2fexec`),
  exec('with two encoded slashes', `${NS}/pods/web%2f%2fexec`),
  exec('with an encoded slash at the start', `/%2fapi/v1/namespaces/{ns}/pods/web/exec`),
  exec('with two encoded slashes at the start', `/%2f%2fapi/v1/namespaces/{ns}/pods/web/exec`),
  exec('with an encoded dot', `${NS}/pods/%2e/web/exec`),
  exec('with encoded dots', `${NS}/pods/other/%2e%2e/web/exec`),
  exec('with half-encoded dots', `${NS}/pods/other/.%2e/web/exec`),
  exec('before encoded dots', `${NS}/pods/web/exec/%2e%2e/exec`),
  exec('with a semicolon', `${NS}/pods/web;a=b/exec`),
  exec('with an encoded question mark', `${NS}/pods/web%3f/exec`),
  request('exec with a double-encoded slash', NOT_FOUND, `GET ${NS}/pods/web%252fexec`, WEBSOCKET),
  request('exec with a double-encoded letter', NOT_FOUND, `GET ${NS}/pods/web/%2565xec`, WEBSOCKET),
  request('exec with a newline at the end', NOT_FOUND, `GET ${NS}/pods/web/exec%0a`, WEBSOCKET),
  request('exec with a NUL at the end', NOT_FOUND, `GET ${NS}/pods/web/exec%00`, WEBSOCKET),
  request('exec with a space at the end', NOT_FOUND, `GET ${NS}/pods/web/exec%20`, WEBSOCKET),
  request('exec with a semicolon at the end', NOT_FOUND, `GET ${NS}/pods/web/exec;a`, WEBSOCKET),
  request('exec with a backslash', NOT_FOUND, `GET ${NS}/pods/web%5cexec`, WEBSOCKET),
  request('EXEC in upper case', NOT_FOUND, `GET ${NS}/pods/web/EXEC`, WEBSOCKET),
  request('PODS in upper case', NOT_FOUND, `GET ${NS}/PODS/web/exec`, WEBSOCKET),
  request(
    'API in upper case',
    NOT_FOUND_IN_CLUSTER,
    `GET /API/V1/namespaces/{ns}/PODS/web/exec`,
    WEBSOCKET,
  ),
  request('exec with a full-width letter', NOT_FOUND, `GET ${NS}/pods/web/%EF%BD%85xec`, WEBSOCKET),
  request(
    'exec with an overlong UTF-8 slash',
    NOT_FOUND,
    `GET ${NS}/pods/web%c0%afexec`,
    WEBSOCKET,
  ),
  request(
    'exec with an incomplete encoding',
    always('kubectl'),
    `GET ${NS}/pods/web/exec%2`,
    WEBSOCKET,
  ),
  request('exec with a double slash', REDIRECTED, `GET ${NS}/pods//web/exec`, WEBSOCKET),
  request(
    'exec with a double slash at the start',
    REDIRECTED,
    'GET //api/v1/namespaces/{ns}/pods/web/exec',
    WEBSOCKET,
  ),
  request('exec with ..', REDIRECTED, `GET ${NS}/pods/other/../web/exec`, WEBSOCKET),
  request('another namespace through ..', REDIRECTED, `GET ${NS}/../{other}/pods`),
  request('another namespace through encoded ..', REJECTED, `GET ${NS}/%2e%2e/{other}/pods`),
  request('another API through encoded ..', REJECTED, 'GET /api/%2e%2e/logs/'),
  request(
    'another namespace through .. and encoded slashes',
    REJECTED,
    `GET ${NS}%2f..%2f{other}/pods`,
  ),
  request('encoded .. at the end', REJECTED, `GET ${NS}/pods/%2e%2e`),
  request(
    'another namespace through double-encoded ..',
    NOT_FOUND,
    `GET ${NS}/%252e%252e/{other}/pods`,
  ),
  request(
    'a namespace whose name starts with that of the ambassador’s namespace',
    OTHER_NAMESPACE,
    `GET ${NS}-2/pods`,
  ),
  request('another namespace in the query', PASSES, `GET ${NS}/pods?namespace={other}`),
  request(
    'the ambassador’s namespace in the query only',
    OTHER_NAMESPACE,
    `GET /api/v1/namespaces/{other}/pods?x=${NS}/pods`,
  ),
  request(
    'the ambassador’s namespace at the end of another path',
    byAccess('filter', 'api', 'api'),
    `GET /api/v1/namespaces/{other}/api/v1/namespaces/{ns}/pods`,
  ),
  request(
    'the ambassador’s namespace after too many path segments',
    byAccess('filter', 'api', 'api'),
    'GET /apis/a/b/c/namespaces/{ns}/pods',
  ),
  request(
    'watch all namespaces at the deprecated path',
    OTHER_NAMESPACE,
    'GET /api/v1/watch/pods?timeoutSeconds=1',
  ),
  request(
    'watch the ambassador’s namespace at the deprecated path',
    OTHER_NAMESPACE,
    'GET /api/v1/watch/namespaces/{ns}/pods?timeoutSeconds=1',
  ),
  request(
    'create a token with an encoded slash',
    REJECTED,
    `POST ${NS}/serviceaccounts/default%2ftoken`,
    [],
    '{}',
  ),
  request(
    'create a token with a trailing slash',
    REJECTED,
    `POST ${NS}/serviceaccounts/default/token/`,
    [],
    '{}',
  ),
  request(
    'Service proxy with encoded ..',
    REJECTED,
    `GET ${NS}/services/web/proxy/%2e%2e/%2e%2e/x`,
  ),
];

function exec(how: string, path: string): RequestCase {
  return request(`exec ${how}`, REJECTED, `GET ${path}?command=id&stdout=1`, WEBSOCKET);
}
