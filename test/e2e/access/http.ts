import {
  always,
  ONLY_FULL,
  PASSES,
  REJECTED,
  type RequestCase,
  rawRequest,
  request,
} from './request.ts';

const VERSION = 'GET /version HTTP/1.1\r\nHost: localhost\r\n';
const DELETION = 'DELETE /api/v1/namespaces/{ns}/configmaps/proxy?dryRun=All HTTP/1.1\r\n';
const LAST = 'Host: localhost\r\nConnection: close\r\n\r\n';
const EXEC = 'GET /api/v1/namespaces/{ns}/pods/web/exec';
const HIDDEN =
  'DELETE /api/v1/namespaces/default/pods/no-such-pod HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** The outcome of the second of two requests, a DELETE. */
const SECOND = ONLY_FULL;
const NOT_FORWARDED = always('kubectl');

/** Unusual hosts, targets and headers, and several requests on one connection. */
export const HTTP: readonly RequestCase[] = [
  request('another Host (DNS rebinding)', REJECTED, 'GET /version', ['Host: evil.example']),
  request('a Host that starts with localhost', REJECTED, 'GET /version', [
    'Host: localhost.evil.example',
  ]),
  request('a Host that ends with localhost', REJECTED, 'GET /version', ['Host: evil.localhost']),
  request('the Host of the API server', REJECTED, 'GET /version', ['Host: kubernetes.default.svc']),
  request('an empty Host', REJECTED, 'GET /version', ['Host:']),
  rawRequest('HTTP/1.0 without a Host', REJECTED, 'GET /version HTTP/1.0\r\n\r\n'),
  rawRequest(
    'HTTP/1.1 without a Host',
    NOT_FORWARDED,
    'GET /version HTTP/1.1\r\nConnection: close\r\n\r\n',
  ),
  request('two Host headers', NOT_FORWARDED, 'GET /version', [
    'Host: localhost',
    'Host: evil.example',
  ]),
  request('X-Forwarded-Host', PASSES, 'GET /version', ['X-Forwarded-Host: evil.example']),
  request('an absolute URL with another host', REJECTED, 'GET http://evil.example/version'),
  request(
    'an absolute URL with host localhost, which takes precedence over Host',
    PASSES,
    'GET http://localhost/version',
    ['Host: evil.example'],
  ),
  request(
    'an absolute URL with exec',
    REJECTED,
    'GET http://localhost/api/v1/namespaces/{ns}/pods/web/exec',
  ),
  request('an absolute https URL', PASSES, 'GET https://localhost/version'),
  request('an absolute URL without a path', always('kubectl'), 'GET http://localhost'),
  request('an opaque URL', always('kubectl'), 'GET x:api/v1/namespaces/{ns}/pods/web/exec'),
  request(
    'a target without a leading slash',
    NOT_FORWARDED,
    'GET api/v1/namespaces/{ns}/pods/web/exec',
  ),
  request('a target with a fragment', always('api'), `${EXEC}#/version`),
  request('a target with spaces', NOT_FORWARDED, `${EXEC} /version`),
  rawRequest('exec with HTTP/1.0', REJECTED, `${EXEC} HTTP/1.0\r\nHost: localhost\r\n\r\n`),
  rawRequest('HTTP/0.9', NOT_FORWARDED, 'GET /version\r\n\r\n'),
  rawRequest('HTTP/2 without an upgrade', NOT_FORWARDED, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  request('Impersonate-User', always('api'), 'GET /api/v1/namespaces/{ns}/secrets', [
    'Impersonate-User: nobody-of-podherald',
  ]),
  request('the headers of a front proxy', PASSES, 'GET /api/v1/namespaces/{ns}', [
    'X-Remote-User: admin',
    'X-Remote-Group: system:masters',
  ]),
  rawRequest('a second request', SECOND, `${VERSION}\r\n${DELETION}${LAST}`),
  rawRequest(
    'a second request after a rejected one',
    PASSES,
    `${EXEC} HTTP/1.1\r\nHost: localhost\r\n\r\nGET /version HTTP/1.1\r\n${LAST}`,
  ),
  rawRequest(
    'exec after an allowed request',
    REJECTED,
    `${VERSION}\r\n${EXEC} HTTP/1.1\r\n${LAST}`,
  ),
  rawRequest(
    'a request in the body of another one',
    PASSES,
    `GET /version HTTP/1.1\r\nContent-Length: ${HIDDEN.length}\r\n${LAST}${HIDDEN}`,
  ),
  rawRequest(
    'Content-Length and Transfer-Encoding together',
    SECOND,
    `${VERSION}Content-Length: 200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${DELETION}${LAST}`,
  ),
  rawRequest(
    'two different Content-Length headers',
    NOT_FORWARDED,
    `${VERSION}Content-Length: 0\r\nContent-Length: 5\r\n\r\n${DELETION}${LAST}`,
  ),
  rawRequest(
    'an unknown transfer encoding',
    always('kubectl'),
    `${VERSION}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${DELETION}${LAST}`,
  ),
  request('a header with a space before its colon', NOT_FORWARDED, 'GET /version', [
    'Transfer-Encoding : chunked',
  ]),
  request('a header that continues on the next line', PASSES, 'GET /version', [
    'X-A: b\r\n DELETE /x HTTP/1.1',
  ]),
  request(
    'an encoded newline in the query',
    PASSES,
    'GET /version?a=%0d%0aDELETE%20/api/v1/namespaces/{ns}%20HTTP/1.1',
  ),
  rawRequest(
    'a request after an upgrade that the server ignores',
    SECOND,
    `${VERSION}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n${DELETION}${LAST}`,
  ),
];
