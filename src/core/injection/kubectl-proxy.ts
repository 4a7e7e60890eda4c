import { ACCEPT_PATHS, REJECT_METHODS_OF_FULL } from '../decision/ambassador.ts';
import type { Access } from '../decision/rules.ts';

export interface ProxyOptions {
  readonly port: number;
  readonly access: Access;
  /** The only namespace that the access `namespace` reaches. */
  readonly namespace: string;
}

/**
 * The arguments of `kubectl proxy`. Its filters are lists of regular expressions that are separated
 * by commas, are not anchored and match the decoded path. A rejected path stays rejected even if
 * another expression accepts it (k8s.io/kubectl pkg/proxy/proxy_server.go). The tests in
 * test/e2e/access try them on a real kubectl. None may contain `$(` or `$$`, which kubelet expands.
 */
export function proxyArguments({ port, access, namespace }: ProxyOptions): string[] {
  return [
    'proxy',
    '--address=127.0.0.1',
    `--port=${port}`,
    access === 'full' ? REJECT_METHODS_OF_FULL : `--reject-methods=${ALL_METHODS_BUT_GET_AND_HEAD}`,
    `--reject-paths=${REJECTED_PATHS.join(',')}`,
    ...(access === 'namespace' ? [ACCEPT_PATHS + acceptedPaths(namespace).join(',')] : []),
  ];
}

/** Spelled out, because Go's regular expressions have no negation. */
const ALL_METHODS_BUT_GET_AND_HEAD =
  '^([^GH]|G[^E]|GE[^T]|GET.|H[^E]|HE[^A]|HEA[^D]|HEAD.|..?$|HEA$)';

/** Subresources that no aggregated API serves through an ambassador. */
export const REJECTED_EVERYWHERE: readonly string[] = [
  ...['exec', 'attach', 'portforward', 'proxy'],
  ...['console', 'vnc', 'usbredir', 'vsock'],
];

/**
 * Only paths can stop a connection into a pod or node, because a websocket starts with a GET. A
 * token would leave the pod, and an ephemeral container gives the same power as exec.
 */
const REJECTED_PATHS = [
  // Empty and dot segments, which no name has. kubectl proxy removes those that are not encoded; the
  // others may lead to another namespace on a server behind the API server.
  '//',
  String.raw`/\.\.?(/|$)`,
  '(?s)/(pods|services|nodes)/.*/(exec|attach|portforward|proxy|ephemeralcontainers)(/|$)',
  '(?s)/serviceaccounts/.*/token(/|$)',
  // The same for aggregated APIs, by the position of the subresource in the path. The last four
  // are KubeVirt's.
  `^/apis/[^/]+/[^/]+/(namespaces/[^/]+/)?[^/]+/[^/]+/(${REJECTED_EVERYWHERE.join('|')})(/|$)`,
];

function acceptedPaths(namespace: string): string[] {
  const name = quoted(namespace);
  return [
    '^/api(/v1)?/?$',
    '^/apis(/[^/]+(/[^/]+)?)?/?$',
    '^/(version|healthz|livez|readyz)(/|$)',
    '^/openapi/v[23](/|$)',
    `^/api/v1/namespaces/${name}(/|$)`,
    `^/apis/[^/]+/[^/]+/namespaces/${name}(/|$)`,
  ];
}

/** An expression that matches only this text. Names of namespaces need no escapes. */
function quoted(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9-]/gu,
    (sign) => `\\x{${sign.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
