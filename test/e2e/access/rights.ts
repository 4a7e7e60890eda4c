import {
  byAccess,
  ONLY_FULL,
  OTHER_NAMESPACE,
  PASSES,
  type RequestCase,
  request,
} from './request.ts';

const POD = '/api/v1/namespaces/{ns}/pods/web';

/** Requests that only RBAC can reject, once the access level of the ambassador allows them. */
export const RIGHTS: readonly RequestCase[] = [
  request(
    'bind a pod to a node',
    byAccess('filter', 'filter', 'api'),
    `POST ${POD}/binding`,
    [],
    '{}',
  ),
  request(
    'evict a missing pod',
    byAccess('filter', 'filter', 'api'),
    'POST /api/v1/namespaces/{ns}/pods/no/eviction',
    [],
    '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"no"}}',
  ),
  request(
    'resize a missing pod',
    byAccess('filter', 'filter', 'api'),
    'PATCH /api/v1/namespaces/{ns}/pods/no/resize',
    ['Content-Type: application/merge-patch+json'],
    '{}',
  ),
  request(
    'scale a missing Deployment',
    byAccess('filter', 'filter', 'api'),
    'PATCH /apis/apps/v1/namespaces/{ns}/deployments/no/scale',
    ['Content-Type: application/merge-patch+json'],
    '{}',
  ),
  request(
    'SelfSubjectAccessReview, as kubectl auth can-i sends',
    ONLY_FULL,
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    [],
    '{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}}',
  ),
  request(
    'list Secrets in the ambassador’s namespace',
    PASSES,
    'GET /api/v1/namespaces/{ns}/secrets',
  ),
  request('list Secrets in all namespaces', OTHER_NAMESPACE, 'GET /api/v1/secrets'),
  request(
    'TokenReview',
    ONLY_FULL,
    'POST /apis/authentication.k8s.io/v1/tokenreviews',
    [],
    '{"spec":{"token":"x"}}',
  ),
  request(
    'SubjectAccessReview',
    ONLY_FULL,
    'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
    [],
    '{"spec":{"user":"x","nonResourceAttributes":{"path":"/","verb":"get"}}}',
  ),
  request(
    'approve a certificate signing request',
    byAccess('filter', 'filter', 'api'),
    'PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/no-such/approval',
    [],
    '{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"no-such"},"spec":{"request":"","signerName":"a/b","usages":[]}}',
  ),
  request(
    'create a Role',
    ONLY_FULL,
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles?dryRun=All',
    [],
    '{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"x"}}',
  ),
  request(
    'create a Secret for a ServiceAccount token',
    ONLY_FULL,
    'POST /api/v1/namespaces/{ns}/secrets?dryRun=All',
    [],
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x","annotations":{"kubernetes.io/service-account.name":"default"}},"type":"kubernetes.io/service-account-token"}',
  ),
  request('metrics', OTHER_NAMESPACE, 'GET /metrics'),
  request('pprof profiles', OTHER_NAMESPACE, 'GET /debug/pprof/'),
  request(
    'log files of the API server’s machine',
    byAccess('filter', 'api', 'api'),
    'GET /logs/no-such-file',
  ),
  request('keys of the token issuer', OTHER_NAMESPACE, 'GET /openid/v1/jwks'),
  request('root path', OTHER_NAMESPACE, 'GET /'),
  request('static files', byAccess('filter', 'api', 'api'), 'GET /static/etc/passwd'),
];
