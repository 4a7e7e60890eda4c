import { type Attack, always, attack, by, OUTSIDE, PASSES, REFUSED, WEBSOCKET } from './attack.ts';

const NS = '/api/v1/namespaces/{ns}';
/** The API server takes paths as they are, and has none of this name. */
const NOWHERE = always('api');
const NOWHERE_INSIDE = by('filter', 'api', 'api');
/** kubectl proxy's own answer to a path that is not clean. The clean one is another row. */
const CLEANED = always('kubectl');

/** The same path in other spellings. */
export const PATHS: readonly Attack[] = [
  exec('with a trailing slash', `${NS}/pods/web/exec/`),
  exec('with more behind it', `${NS}/pods/web/exec/more`),
  exec('of an encoded letter', `${NS}/pods/web/%65xec`),
  exec('of encoded letters everywhere', '/%61pi/v1/n%61mespaces/{ns}/p%6Fds/web/e%78ec'),
  exec('behind an encoded slash', `${NS}/pods/web%2fexec`),
  exec('behind encoded slashes everywhere', '/api%2Fv1%2Fnamespaces%2F{ns}%2Fpods%2Fweb%2Fexec'),
  exec('of a name with an encoded newline', `${NS}/pods/we%0ab/exec`),
  exec('of a name with a newline at its end', `${NS}/pods/web%0a/exec`),
  exec('of a name that is no UTF-8', `${NS}/pods/web%ff%fe/exec`),
  exec('of a name with an encoded NUL', `${NS}/pods/web%00/exec`),
  exec('of no name, spelt with an encoded slash', `${NS}/pods/%2fexec`),
  exec('behind two encoded slashes', `${NS}/pods/web%2f%2fexec`),
  exec('behind an encoded slash at the start', `/%2fapi/v1/namespaces/{ns}/pods/web/exec`),
  exec('behind two encoded slashes at the start', `/%2f%2fapi/v1/namespaces/{ns}/pods/web/exec`),
  exec('behind an encoded dot', `${NS}/pods/%2e/web/exec`),
  exec('behind encoded dots', `${NS}/pods/other/%2e%2e/web/exec`),
  exec('behind half encoded dots', `${NS}/pods/other/.%2e/web/exec`),
  exec('before encoded dots', `${NS}/pods/web/exec/%2e%2e/exec`),
  exec('with a semicolon', `${NS}/pods/web;a=b/exec`),
  exec('with a question mark that is encoded', `${NS}/pods/web%3f/exec`),
  attack('exec with a double encoded slash', NOWHERE, `GET ${NS}/pods/web%252fexec`, WEBSOCKET),
  attack('exec with a double encoded letter', NOWHERE, `GET ${NS}/pods/web/%2565xec`, WEBSOCKET),
  attack('exec with a newline at its end', NOWHERE, `GET ${NS}/pods/web/exec%0a`, WEBSOCKET),
  attack('exec with a NUL at its end', NOWHERE, `GET ${NS}/pods/web/exec%00`, WEBSOCKET),
  attack('exec with a blank at its end', NOWHERE, `GET ${NS}/pods/web/exec%20`, WEBSOCKET),
  attack('exec with a semicolon at its end', NOWHERE, `GET ${NS}/pods/web/exec;a`, WEBSOCKET),
  attack('exec with a backslash', NOWHERE, `GET ${NS}/pods/web%5cexec`, WEBSOCKET),
  attack('EXEC in upper case', NOWHERE, `GET ${NS}/pods/web/EXEC`, WEBSOCKET),
  attack('PODS in upper case', NOWHERE, `GET ${NS}/PODS/web/exec`, WEBSOCKET),
  attack(
    'API in upper case',
    NOWHERE_INSIDE,
    `GET /API/V1/namespaces/{ns}/PODS/web/exec`,
    WEBSOCKET,
  ),
  attack('exec in wide letters', NOWHERE, `GET ${NS}/pods/web/%EF%BD%85xec`, WEBSOCKET),
  attack('exec behind an overlong slash', NOWHERE, `GET ${NS}/pods/web%c0%afexec`, WEBSOCKET),
  attack('a broken encoding', always('kubectl'), `GET ${NS}/pods/web/exec%2`, WEBSOCKET),
  attack('a double slash', CLEANED, `GET ${NS}/pods//web/exec`, WEBSOCKET),
  attack(
    'a double slash at the start',
    CLEANED,
    'GET //api/v1/namespaces/{ns}/pods/web/exec',
    WEBSOCKET,
  ),
  attack('dots', CLEANED, `GET ${NS}/pods/other/../web/exec`, WEBSOCKET),
  attack('dots out of its namespace', CLEANED, `GET ${NS}/../{other}/pods`),
  attack('encoded dots out of its namespace', REFUSED, `GET ${NS}/%2e%2e/{other}/pods`),
  attack('encoded dots out of the API', REFUSED, 'GET /api/%2e%2e/logs/'),
  attack('dots and encoded slashes out of its namespace', REFUSED, `GET ${NS}%2f..%2f{other}/pods`),
  attack('encoded dots at the end', REFUSED, `GET ${NS}/pods/%2e%2e`),
  attack('double encoded dots out of its namespace', NOWHERE, `GET ${NS}/%252e%252e/{other}/pods`),
  attack('another namespace whose name begins alike', OUTSIDE, `GET ${NS}-2/pods`),
  attack('another namespace in the query', PASSES, `GET ${NS}/pods?namespace={other}`),
  attack(
    'its namespace in the query of another',
    OUTSIDE,
    `GET /api/v1/namespaces/{other}/pods?x=${NS}/pods`,
  ),
  attack(
    'its namespace behind another',
    by('filter', 'api', 'api'),
    `GET /api/v1/namespaces/{other}/api/v1/namespaces/{ns}/pods`,
  ),
  attack(
    'its namespace behind a group too many',
    by('filter', 'api', 'api'),
    'GET /apis/a/b/c/namespaces/{ns}/pods',
  ),
  attack(
    'the whole cluster’s watch, the old way',
    OUTSIDE,
    'GET /api/v1/watch/pods?timeoutSeconds=1',
  ),
  attack(
    'its own watch, the old way',
    OUTSIDE,
    'GET /api/v1/watch/namespaces/{ns}/pods?timeoutSeconds=1',
  ),
  attack(
    'a token behind an encoded slash',
    REFUSED,
    `POST ${NS}/serviceaccounts/default%2ftoken`,
    [],
    '{}',
  ),
  attack(
    'a token with a trailing slash',
    REFUSED,
    `POST ${NS}/serviceaccounts/default/token/`,
    [],
    '{}',
  ),
  attack('a Service’s proxy with dots', REFUSED, `GET ${NS}/services/web/proxy/%2e%2e/%2e%2e/x`),
];

function exec(how: string, path: string): Attack {
  return attack(`exec ${how}`, REFUSED, `GET ${path}?command=id&stdout=1`, WEBSOCKET);
}
