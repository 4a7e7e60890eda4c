import {
  always,
  byAccess,
  ONLY_FULL,
  PASSES,
  REJECTED,
  type RequestCase,
  request,
} from './request.ts';

const PODS = '/api/v1/namespaces/{ns}/pods';
/** `full` allows any method, and the API server responds with an error to an unknown one. */
const UNKNOWN = byAccess('filter', 'filter', 'api');

/** Unusual methods, and other ways to state a method. */
export const METHODS: readonly RequestCase[] = [
  request('OPTIONS', UNKNOWN, `OPTIONS ${PODS}`),
  request('OPTIONS *', always('kubectl'), 'OPTIONS *'),
  request('TRACE', UNKNOWN, `TRACE ${PODS}`),
  request('CONNECT to a path', REJECTED, `CONNECT ${PODS}/web/exec`),
  request('CONNECT to a host', always('kubectl'), 'CONNECT kubernetes.default:443'),
  request('connect in lower case', UNKNOWN, `connect ${PODS}`),
  request('get in lower case', UNKNOWN, `get ${PODS}`),
  request('Post in mixed case', UNKNOWN, `Post ${PODS}`),
  request('GETT', UNKNOWN, `GETT ${PODS}`),
  request('GE', UNKNOWN, `GE ${PODS}`),
  request('HEA', UNKNOWN, `HEA ${PODS}`),
  request('DATE, whose letters are those of GET and HEAD', UNKNOWN, `DATE ${PODS}`),
  request('HATE, whose letters are those of GET and HEAD', UNKNOWN, `HATE ${PODS}`),
  request('GEAR', UNKNOWN, `GEAR ${PODS}`),
  request('a method of unusual but valid characters', UNKNOWN, `!#$%&'*+-.^_\`|~ ${PODS}`),
  request('PROPFIND', UNKNOWN, `PROPFIND ${PODS}`),
  request('a method after a space', always('kubectl'), ` DELETE ${PODS}`),
  request('a method of invalid characters', always('kubectl'), `GET(DELETE) ${PODS}`),
  // Neither kubectl proxy nor the API server reads these headers and parameters: it stays a GET.
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((header) =>
    request(`${header} on a GET`, PASSES, `GET ${PODS}/web`, [`${header}: DELETE`]),
  ),
  request('_method as a query parameter', PASSES, `GET ${PODS}/web?_method=DELETE`),
  request('a GET with a body', PASSES, `GET ${PODS}`, [], '{"kind":"Pod"}'),
  request(
    'X-HTTP-Method-Override: GET on a POST',
    ONLY_FULL,
    'POST /api/v1/namespaces/{ns}/configmaps?dryRun=All',
    ['X-HTTP-Method-Override: GET'],
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new"}}',
  ),
];
