import { type Attack, attack, by, OUTSIDE, PASSES, WRITES } from './attack.ts';

const POD = '/api/v1/namespaces/{ns}/pods/web';

/** What only the rights of the ServiceAccount decide, once its access lets it through. */
export const RIGHTS: readonly Attack[] = [
  attack('a binding', by('filter', 'filter', 'api'), `POST ${POD}/binding`, [], '{}'),
  attack(
    'an eviction of what is not there',
    by('filter', 'filter', 'api'),
    'POST /api/v1/namespaces/{ns}/pods/no/eviction',
    [],
    '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"no"}}',
  ),
  attack(
    'a resize of what is not there',
    by('filter', 'filter', 'api'),
    'PATCH /api/v1/namespaces/{ns}/pods/no/resize',
    ['Content-Type: application/merge-patch+json'],
    '{}',
  ),
  attack(
    'a scale of what is not there',
    by('filter', 'filter', 'api'),
    'PATCH /apis/apps/v1/namespaces/{ns}/deployments/no/scale',
    ['Content-Type: application/merge-patch+json'],
    '{}',
  ),
  attack(
    'may I? as kubectl auth can-i asks',
    WRITES,
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    [],
    '{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}}',
  ),
  attack('Secrets of its namespace', PASSES, 'GET /api/v1/namespaces/{ns}/secrets'),
  attack('Secrets of all', OUTSIDE, 'GET /api/v1/secrets'),
  attack(
    'a review of a token',
    WRITES,
    'POST /apis/authentication.k8s.io/v1/tokenreviews',
    [],
    '{"spec":{"token":"x"}}',
  ),
  attack(
    'a review of somebody’s rights',
    WRITES,
    'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
    [],
    '{"spec":{"user":"x","nonResourceAttributes":{"path":"/","verb":"get"}}}',
  ),
  attack(
    'the approval of a certificate',
    by('filter', 'filter', 'api'),
    'PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/no-such/approval',
    [],
    '{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"no-such"},"spec":{"request":"","signerName":"a/b","usages":[]}}',
  ),
  attack(
    'a Role',
    WRITES,
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles?dryRun=All',
    [],
    '{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"x"}}',
  ),
  attack(
    'a Secret that asks for a token',
    WRITES,
    'POST /api/v1/namespaces/{ns}/secrets?dryRun=All',
    [],
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x","annotations":{"kubernetes.io/service-account.name":"default"}},"type":"kubernetes.io/service-account-token"}',
  ),
  attack('metrics', OUTSIDE, 'GET /metrics'),
  attack('profiles', OUTSIDE, 'GET /debug/pprof/'),
  attack(
    'log files of the API server’s machine',
    by('filter', 'api', 'api'),
    'GET /logs/no-such-file',
  ),
  attack('keys of the issuer', OUTSIDE, 'GET /openid/v1/jwks'),
  attack('the root', OUTSIDE, 'GET /'),
  attack('static files', by('filter', 'api', 'api'), 'GET /static/etc/passwd'),
];
