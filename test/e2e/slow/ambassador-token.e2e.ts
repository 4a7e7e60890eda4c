import { expect } from 'vitest';
import { container, pod, podSpec, REQUEST_AMBASSADOR } from '../objects.ts';
import { allow, READ_PODS } from '../rights.ts';
import { test } from '../suite.ts';
import { until } from '../until.ts';

/** The shortest lifetime of a token that the API server allows. kubelet renews it after 80 %. */
const TOKEN_SECONDS = 600;

test.override('config', { ambassador: { maxAccess: 'full', tokenSeconds: TOKEN_SECONDS } });

test('no request fails while the token of a running ambassador is renewed, and after the first token has expired', async ({
  namespace,
}) => {
  await allow(namespace, READ_PODS);
  const annotations = { ...REQUEST_AMBASSADOR, 'podherald.dev/ambassador-access': 'full' };
  const command = ['sh', '-c', requestEverySecond(namespace.name)];
  await namespace.start(
    pod({ name: 'client', annotations }, podSpec([container('app', { command })])),
  );

  const requests = await until(
    TOKEN_SECONDS + 120,
    async () => {
      await namespace.try(['wait', 'pod/client', '--for=delete', '--timeout=5s']); // pauses for 5 s
      return requestsIn(await namespace.run(['logs', 'client', '--container=app']));
    },
    (found) => secondsOf(found) > TOKEN_SECONDS + 60,
  );

  const tokens = [...new Set(requests.map(({ token }) => token))];
  const changed = requests.findIndex(({ token }) => token === tokens[1]);
  console.log(
    `${requests.length} requests in ${secondsOf(requests)} s; the token changed after ${secondsOf(requests.slice(0, changed))} s`,
  );
  expect(tokens).toHaveLength(2);
  expect(tokens).not.toContain('');
  expect(requests.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
});

/** A line of the log of the client. */
interface LoggedRequest {
  readonly atSeconds: number;
  readonly outcome: string;
  /** The id of the token that was used (authentication.kubernetes.io/credential-id). */
  readonly token: string;
}

/** A shell program that sends a request each second, and logs its outcome and its token. */
function requestEverySecond(namespace: string): string {
  const review = '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}';
  return `while true; do
  if wget -qO /dev/null $KUBE_API_URL/api/v1/namespaces/${namespace}/pods; then outcome=ok; else outcome=failed; fi
  token=$(wget -qO- --header 'Content-Type: application/json' --post-data '${review}' \
    $KUBE_API_URL/apis/authentication.k8s.io/v1/selfsubjectreviews | grep -o 'JTI=[^"]*')
  echo "$(date +%s) $outcome $token"
  sleep 1
done`;
}

function requestsIn(log: string): LoggedRequest[] {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [atSeconds, outcome = '', token = ''] = line.split(' ');
    return { atSeconds: Number(atSeconds), outcome, token };
  });
}

/** Returns the time from the first to the last request. */
function secondsOf(requests: readonly LoggedRequest[]): number {
  return (requests.at(-1)?.atSeconds ?? 0) - (requests[0]?.atSeconds ?? 0);
}
