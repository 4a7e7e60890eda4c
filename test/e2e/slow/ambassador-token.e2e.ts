import { expect } from 'vitest';
import { ASKING_FOR_AMBASSADOR, container, pod, podSpec } from '../objects.ts';
import { allow, READ_PODS } from '../rights.ts';
import { test } from '../suite.ts';
import { until } from '../until.ts';

/** The shortest life that the API server gives a token. kubelet renews it after 80 % of that. */
const TOKEN_SECONDS = 600;

test.override('config', { ambassador: { maxAccess: 'full', tokenSeconds: TOKEN_SECONDS } });

test('requests go on while the token is renewed under a running ambassador, and past the life of the first', async ({
  namespace,
}) => {
  await allow(namespace, READ_PODS);
  const annotations = { ...ASKING_FOR_AMBASSADOR, 'podherald.dev/ambassador-access': 'full' };
  const command = ['sh', '-c', askEverySecond(namespace.name)];
  await namespace.start(
    pod({ name: 'asking', annotations }, podSpec([container('app', { command })])),
  );

  const answers = await until(
    TOKEN_SECONDS + 120,
    async () => {
      await namespace.try(['wait', 'pod/asking', '--for=delete', '--timeout=5s']); // a pause
      return answersIn(await namespace.run(['logs', 'asking', '--container=app']));
    },
    (seen) => secondsOf(seen) > TOKEN_SECONDS + 60,
  );

  const tokens = [...new Set(answers.map(({ token }) => token))];
  const changed = answers.findIndex(({ token }) => token === tokens[1]);
  console.log(
    `${answers.length} requests in ${secondsOf(answers)} s; the token changed after ${secondsOf(answers.slice(0, changed))} s`,
  );
  expect(tokens).toHaveLength(2);
  expect(tokens).not.toContain('');
  expect(answers.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
});

interface Answered {
  readonly atSeconds: number;
  readonly outcome: string;
  /** The id of the token that the API server has seen (authentication.kubernetes.io/credential-id). */
  readonly token: string;
}

function askEverySecond(namespace: string): string {
  const review = '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}';
  return `while true; do
  if wget -qO /dev/null $KUBE_API_URL/api/v1/namespaces/${namespace}/pods; then outcome=ok; else outcome=failed; fi
  token=$(wget -qO- --header 'Content-Type: application/json' --post-data '${review}' \
    $KUBE_API_URL/apis/authentication.k8s.io/v1/selfsubjectreviews | grep -o 'JTI=[^"]*')
  echo "$(date +%s) $outcome $token"
  sleep 1
done`;
}

function answersIn(log: string): Answered[] {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [atSeconds, outcome = '', token = ''] = line.split(' ');
    return { atSeconds: Number(atSeconds), outcome, token };
  });
}

function secondsOf(answers: readonly Answered[]): number {
  return (answers.at(-1)?.atSeconds ?? 0) - (answers[0]?.atSeconds ?? 0);
}
