import { type Attack, always, attack, PASSES, REFUSED, raw, WRITES } from './attack.ts';

const VERSION = 'GET /version HTTP/1.1\r\nHost: localhost\r\n';
const DELETION = 'DELETE /api/v1/namespaces/{ns}/configmaps/proxy?dryRun=All HTTP/1.1\r\n';
const LAST = 'Host: localhost\r\nConnection: close\r\n\r\n';
const EXEC = 'GET /api/v1/namespaces/{ns}/pods/web/exec';
const HIDDEN =
  'DELETE /api/v1/namespaces/default/pods/no-such-pod HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** The second of two requests: only `full` may delete. */
const SECOND = WRITES;
const NOT_FORWARDED = always('kubectl');

/** Hosts, targets, headers, and more than one request on a connection. */
export const REQUESTS: readonly Attack[] = [
  attack('a host of somebody else (DNS rebinding)', REFUSED, 'GET /version', [
    'Host: evil.example',
  ]),
  attack('a host that begins like ours', REFUSED, 'GET /version', ['Host: localhost.evil.example']),
  attack('a host that ends like ours', REFUSED, 'GET /version', ['Host: evil.localhost']),
  attack('the API server’s host', REFUSED, 'GET /version', ['Host: kubernetes.default.svc']),
  attack('an empty host', REFUSED, 'GET /version', ['Host:']),
  raw('HTTP/1.0 without a host', REFUSED, 'GET /version HTTP/1.0\r\n\r\n'),
  raw(
    'HTTP/1.1 without a host',
    NOT_FORWARDED,
    'GET /version HTTP/1.1\r\nConnection: close\r\n\r\n',
  ),
  attack('two hosts', NOT_FORWARDED, 'GET /version', ['Host: localhost', 'Host: evil.example']),
  attack('X-Forwarded-Host', PASSES, 'GET /version', ['X-Forwarded-Host: evil.example']),
  attack('an absolute target of another host', REFUSED, 'GET http://evil.example/version'),
  attack('an absolute target of ours', PASSES, 'GET http://localhost/version', [
    'Host: evil.example',
  ]),
  attack(
    'an absolute target with exec',
    REFUSED,
    'GET http://localhost/api/v1/namespaces/{ns}/pods/web/exec',
  ),
  attack('an absolute https target', PASSES, 'GET https://localhost/version'),
  attack('an absolute target without a path', always('kubectl'), 'GET http://localhost'),
  attack('an opaque target', always('kubectl'), 'GET x:api/v1/namespaces/{ns}/pods/web/exec'),
  attack('a target without a slash', NOT_FORWARDED, 'GET api/v1/namespaces/{ns}/pods/web/exec'),
  attack('a target with a fragment', always('api'), `${EXEC}#/version`),
  attack('a target with blanks', NOT_FORWARDED, `${EXEC} /version`),
  raw('exec of HTTP/1.0', REFUSED, `${EXEC} HTTP/1.0\r\nHost: localhost\r\n\r\n`),
  raw('HTTP/0.9', NOT_FORWARDED, 'GET /version\r\n\r\n'),
  raw('HTTP/2 without an upgrade', NOT_FORWARDED, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  attack(
    'somebody else, by Impersonate-User',
    always('api'),
    'GET /api/v1/namespaces/{ns}/secrets',
    ['Impersonate-User: nobody-of-podherald'],
  ),
  attack('a header of the front proxy', PASSES, 'GET /api/v1/namespaces/{ns}', [
    'X-Remote-User: admin',
    'X-Remote-Group: system:masters',
  ]),
  raw('a second request', SECOND, `${VERSION}\r\n${DELETION}${LAST}`),
  raw(
    'a second request behind a refused one',
    PASSES,
    `${EXEC} HTTP/1.1\r\nHost: localhost\r\n\r\nGET /version HTTP/1.1\r\n${LAST}`,
  ),
  raw('exec behind a good request', REFUSED, `${VERSION}\r\n${EXEC} HTTP/1.1\r\n${LAST}`),
  raw(
    'a request in the body of another',
    PASSES,
    `GET /version HTTP/1.1\r\nContent-Length: ${HIDDEN.length}\r\n${LAST}${HIDDEN}`,
  ),
  raw(
    'a body of two lengths',
    SECOND,
    `${VERSION}Content-Length: 200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${DELETION}${LAST}`,
  ),
  raw(
    'two lengths that contradict',
    NOT_FORWARDED,
    `${VERSION}Content-Length: 0\r\nContent-Length: 5\r\n\r\n${DELETION}${LAST}`,
  ),
  raw(
    'an unknown transfer encoding',
    always('kubectl'),
    `${VERSION}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${DELETION}${LAST}`,
  ),
  attack('a header with a blank before its colon', NOT_FORWARDED, 'GET /version', [
    'Transfer-Encoding : chunked',
  ]),
  attack('a header continued on the next line', PASSES, 'GET /version', [
    'X-A: b\r\n DELETE /x HTTP/1.1',
  ]),
  attack(
    'a newline in the query',
    PASSES,
    'GET /version?a=%0d%0aDELETE%20/api/v1/namespaces/{ns}%20HTTP/1.1',
  ),
  raw(
    'a request behind an upgrade that does not happen',
    SECOND,
    `${VERSION}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n${DELETION}${LAST}`,
  ),
];
