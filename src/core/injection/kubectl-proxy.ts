import { ACCEPT_PATHS, REJECT_METHODS_OF_FULL } from '../decision/ambassador.ts';
import type { Access } from '../decision/rules.ts';

export interface ProxyOptions {
  readonly port: number;
  readonly access: Access;
  /** The only namespace that the access `namespace` reaches. */
  readonly namespace: string;
}

/**
 * The arguments of `kubectl proxy`. Its filters are lists of regular expressions, split at commas
 * and not anchored, that see the decoded path; a rejected path stays rejected whatever else
 * accepts it (k8s.io/kubectl pkg/proxy/proxy_server.go). test/e2e/access holds them to their word.
 * None may hold `$(` or `$$`, which kubelet would expand.
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

/** Spelt out, as Go's expressions know no "not". */
const ALL_METHODS_BUT_GET_AND_HEAD =
  '^([^GH]|G[^E]|GE[^T]|GET.|H[^E]|HE[^A]|HEA[^D]|HEAD.|..?$|HEA$)';

/** Subresources that no aggregated API gives through an ambassador. */
export const REJECTED_EVERYWHERE: readonly string[] = [
  ...['exec', 'attach', 'portforward', 'proxy'],
  ...['console', 'vnc', 'usbredir', 'vsock'],
];

/**
 * Paths alone can stop what opens a connection into a pod or node: a websocket is a GET. A token
 * would leave the pod, and an ephemeral container is an exec by another name.
 */
const REJECTED_PATHS = [
  // Empty and dot segments: no name has them. kubectl proxy cleans those that come undecoded; the
  // others may mean another namespace to a server behind the API server.
  '//',
  String.raw`/\.\.?(/|$)`,
  '(?s)/(pods|services|nodes)/.*/(exec|attach|portforward|proxy|ephemeralcontainers)(/|$)',
  '(?s)/serviceaccounts/.*/token(/|$)',
  // The same of aggregated APIs, by the place where a subresource stands; the last four words are
  // KubeVirt's.
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

/** Matches itself alone, whatever it holds. Names of namespaces hold no such sign. */
function quoted(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9-]/gu,
    (sign) => `\\x{${sign.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
