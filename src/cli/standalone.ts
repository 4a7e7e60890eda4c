import { parse, stringify } from 'yaml';
import { VERSION } from '../version.ts';
import type { RunningServer } from '../webhook/server/server.ts';
import { patchedPod } from './answered-patch.ts';
import { unifiedDiff } from './diff.ts';
import { type Output, paint } from './output.ts';
import { postReview, reviewOf } from './post-review.ts';
import { SAMPLE_POD } from './sample.ts';

/** A body that can be pasted after `curl -d`. */
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

/** Tells where podherald listens, sends it a sample pod, and shows what that pod becomes. */
export async function showSample(
  { url, adminUrl }: Pick<RunningServer, 'url' | 'adminUrl'>,
  ca: string,
  output: Output,
): Promise<void> {
  const pod: unknown = parse(SAMPLE_POD);
  const response = await postReview(`${url}/mutate`, reviewOf(pod, 'default'), ca);
  const title = (text: string): string => paint(output, 'bold', text);
  output.out(`${title(`podherald ${VERSION}`)} serves ${url}/mutate, with a certificate made in memory
metrics and health: ${adminUrl}/metrics, ${adminUrl}/readyz

${title('A sample pod asks with one line, inject-metadata: "true", and this is what it gets:')}

${unifiedDiff(stringify(pod), stringify(patchedPod(pod, response)), output)}
${title('Try it from another terminal:')}

  curl -sk ${url}/mutate -H 'content-type: application/json' -d '${SMALL_REVIEW}'

${title('Or with a pod of your own, in a checkout:')}

  npm run review -- examples/pod.yaml

Ctrl-C ends it.

`);
}
