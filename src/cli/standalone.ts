import { parse, stringify } from 'yaml';
import { VERSION } from '../version.ts';
import type { RunningServer } from '../webhook/server/server.ts';
import { type Output, paint, unifiedDiff } from './output.ts';
import { patchedPod, postReview, reviewOf } from './post-review.ts';

/** The pod of the README. One annotation requests the injection. */
const SAMPLE_POD = `apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels:
    foo: bar
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app
    image: busybox
    command: ["sleep", "infinity"]
    resources:
      requests: {cpu: 15m, memory: 100Ki}
      limits: {cpu: 100m, memory: 8Mi}
`;

/** A review that is short enough to paste after `curl -d`. */
const SMALL_REVIEW = JSON.stringify({
  kind: 'AdmissionReview',
  apiVersion: 'admission.k8s.io/v1',
  request: {
    uid: '1',
    resource: { group: '', version: 'v1', resource: 'pods' },
    operation: 'CREATE',
    namespace: 'default',
    object: {
      metadata: { annotations: { 'inject-metadata': 'true' } },
      spec: { containers: [{ name: 'app' }] },
    },
  },
});

/**
 * Prints the addresses of a running server, sends it a sample pod, and prints the changes to the pod.
 *
 * @param ca PEM of the certificate of the server.
 * @param hasPlayground whether the admin port serves the playground.
 */
export async function showSample(
  { url, adminUrl }: Pick<RunningServer, 'url' | 'adminUrl'>,
  ca: string,
  hasPlayground: boolean,
  output: Output,
): Promise<void> {
  const pod: unknown = parse(SAMPLE_POD);
  const response = await postReview(`${url}/mutate`, reviewOf(pod, 'default'), ca);
  const title = (text: string): string => paint(output, 'bold', text);
  output.out(`${title(`podherald ${VERSION}`)} is running.

  webhook:  ${url}/mutate (with a temporary certificate)
  health:   ${adminUrl}/readyz
  metrics:  ${adminUrl}/metrics
  playground: ${hasPlayground ? `${adminUrl}/playground/` : 'not built; to see in the browser what a pod of yours gets, run npm run playground first'}

${title('This is how podherald changes a sample pod with the annotation inject-metadata: "true":')}

${unifiedDiff(stringify(pod), stringify(patchedPod(pod, response)), output)}
${title('Send a pod from another terminal:')}

  curl -sk ${url}/mutate -H 'content-type: application/json' -d '${SMALL_REVIEW}'

${title('Send a pod of your own, from a checkout of the repository:')}

  npm run review -- examples/pod.yaml --url ${url}/mutate

Press Ctrl-C to stop.

`);
}
