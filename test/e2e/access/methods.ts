import { type Attack, always, attack, by, PASSES, REFUSED, WRITES } from './attack.ts';

const PODS = '/api/v1/namespaces/{ns}/pods';
/** The API server knows no such method, so that what `full` lets through goes nowhere. */
const UNKNOWN = by('filter', 'filter', 'api');

/** Other methods than GET, and other ways to name one. */
export const METHODS: readonly Attack[] = [
  attack('OPTIONS', UNKNOWN, `OPTIONS ${PODS}`),
  attack('OPTIONS of the server', always('kubectl'), 'OPTIONS *'),
  attack('TRACE', UNKNOWN, `TRACE ${PODS}`),
  attack('CONNECT of a path', REFUSED, `CONNECT ${PODS}/web/exec`),
  attack('CONNECT of a host', always('kubectl'), 'CONNECT kubernetes.default:443'),
  attack('connect in lower case', UNKNOWN, `connect ${PODS}`),
  attack('get in lower case', UNKNOWN, `get ${PODS}`),
  attack('Post in mixed case', UNKNOWN, `Post ${PODS}`),
  attack('GETT', UNKNOWN, `GETT ${PODS}`),
  attack('GE', UNKNOWN, `GE ${PODS}`),
  attack('HEA', UNKNOWN, `HEA ${PODS}`),
  attack('DATE, of the letters of GET and HEAD', UNKNOWN, `DATE ${PODS}`),
  attack('HATE, likewise', UNKNOWN, `HATE ${PODS}`),
  attack('GEAR', UNKNOWN, `GEAR ${PODS}`),
  attack('nonsense of legal signs', UNKNOWN, `!#$%&'*+-.^_\`|~ ${PODS}`),
  attack('PROPFIND', UNKNOWN, `PROPFIND ${PODS}`),
  attack('a method with a blank before it', always('kubectl'), ` DELETE ${PODS}`),
  attack('a method of illegal signs', always('kubectl'), `GET(DELETE) ${PODS}`),
  // Nobody reads these headers and parameters: the GET passes as the GET that it is.
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((header) =>
    attack(`${header} on a GET`, PASSES, `GET ${PODS}/web`, [`${header}: DELETE`]),
  ),
  attack('_method as a parameter', PASSES, `GET ${PODS}/web?_method=DELETE`),
  attack('a GET with a body', PASSES, `GET ${PODS}`, [], '{"kind":"Pod"}'),
  attack(
    'POST overridden as GET',
    WRITES,
    'POST /api/v1/namespaces/{ns}/configmaps?dryRun=All',
    ['X-HTTP-Method-Override: GET'],
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new"}}',
  ),
];
