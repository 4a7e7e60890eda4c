import type { JsonObject } from '../api/json.ts';
import type { Container, Pod } from '../api/pod.ts';
import type { AmbassadorDecision } from '../decision/ambassador-decision.ts';
import { imageOf } from '../decision/ambassador-rules.ts';
import { TOKEN_PATH } from '../decision/own-ambassador.ts';
import { ambassadorResources } from './ambassador-resources.ts';
import { ambassadorUser } from './ambassador-user.ts';
import { toVolumeMount } from './downward-api.ts';
import { proxyArguments } from './kubectl-proxy.ts';

/**
 * The sidecar: `kubectl proxy` without a shell and without `--token`, so that it reads a renewed
 * token from its file. There is no network probe, as none reaches the pod's loopback.
 */
export function ambassadorContainer(
  pod: Pod,
  ambassador: AmbassadorDecision,
  tokenVolume: string,
): Container {
  const { container: name, port, rules } = ambassador;
  return {
    name,
    image: imageOf(rules),
    args: proxyArguments(ambassador),
    restartPolicy: 'Always',
    resources: ambassadorResources(pod, rules),
    startupProbe: startupProbe(port),
    volumeMounts: [toVolumeMount(tokenVolume, TOKEN_PATH)],
    securityContext: securityContext(ambassadorUser(pod, rules)),
  } as Container;
}

/** Half a minute for the first answer of the API server; other containers start only then. */
function startupProbe(port: number): JsonObject {
  const server = `--server=http://127.0.0.1:${port}`;
  return {
    exec: { command: ['/bin/kubectl', 'get', '--raw=/version', server] },
    periodSeconds: 1,
    timeoutSeconds: 5,
    failureThreshold: 30,
  };
}

/** Passes Pod Security `restricted` whatever the pod's own context says. */
function securityContext(runAsUser: number | undefined): JsonObject {
  return {
    runAsNonRoot: true,
    ...(runAsUser !== undefined && { runAsUser }),
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}
