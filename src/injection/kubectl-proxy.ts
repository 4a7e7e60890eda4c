import type { Access } from '../decision/access.ts';

export interface ProxyOptions {
  readonly port: number;
  readonly access: Access;
  /** The only namespace that the access `namespace` reaches. */
  readonly namespace: string;
}

/**
 * The arguments of `kubectl proxy`. Its filters are lists of regular expressions, split at commas
 * and not anchored, that see the decoded path; a rejected path stays rejected whatever else
 * accepts it (k8s.io/kubectl pkg/proxy/proxy_server.go).
 */
export function proxyArguments({ port, access, namespace }: ProxyOptions): string[] {
  return [
    'proxy',
    '--address=127.0.0.1',
    `--port=${port}`,
    `--reject-methods=${access === 'full' ? '^CONNECT$' : '[^ADEGHT]'}`,
    `--reject-paths=${REJECTED_PATHS.join(',')}`,
    ...(access === 'namespace' ? [`--accept-paths=${acceptedPaths(namespace).join(',')}`] : []),
  ];
}

const REJECTED_PATHS = [
  '(?s)^/api/v1/(.*/)?(pods|services|nodes)/.*/(exec|attach|portforward|proxy|ephemeralcontainers)(/|$)',
  '(?s)/serviceaccounts/.*/token(/|$)',
];

function acceptedPaths(namespace: string): string[] {
  return [
    '^/api(/v1)?/?$',
    '^/apis(/[^/]+(/[^/]+)?)?/?$',
    '^/(version|healthz|livez|readyz)(/|$)',
    '^/openapi/v[23](/|$)',
    `^/api/v1/namespaces/${namespace}(/|$)`,
    `^/apis/[^/]+/[^/]+/namespaces/${namespace}(/|$)`,
  ];
}
