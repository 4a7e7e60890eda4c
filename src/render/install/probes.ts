import { because, type Field } from './because.ts';

/** How long a replica serves on after SIGTERM, while endpoints and kube-proxies hear of it. */
export const SHUTDOWN_DELAY_SECONDS = 5;

const READINESS = { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 } as const;
const LIVENESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 } as const;

/** The longest that readiness needs to notice a replica that hangs: just before a probe, it was well. */
export const UNREADY_AFTER_SECONDS =
  READINESS.periodSeconds * READINESS.failureThreshold + READINESS.timeoutSeconds;

/** The probes of the container, all on the admin port. */
export const PROBES: { readonly [probe: string]: Field } = {
  startupProbe: {
    httpGet: { path: '/healthz', port: 'admin' },
    periodSeconds: 1,
    failureThreshold: because('A minute to start on a node that has much else to start.', 60),
  },
  readinessProbe: because(
    `Patient enough for a node that is short of cpu, where losing every replica would be worse. A replica that hangs is out of the Service within ${UNREADY_AFTER_SECONDS} s: ${READINESS.failureThreshold} periods, and the wait for the last answer. /readyz says which condition is missing.`,
    { httpGet: { path: '/readyz', port: 'admin' }, ...READINESS },
  ),
  livenessProbe: because(
    'Slower than readiness, so that a busy node does not restart what is only late.',
    {
      httpGet: { path: '/healthz', port: 'admin' },
      ...LIVENESS,
      terminationGracePeriodSeconds: because(
        'What hangs does not end by itself, and API servers keep connections to it until it ends.',
        2,
      ),
    },
  ),
};
