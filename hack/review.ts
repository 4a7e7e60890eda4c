// Sends a pod to podherald for review and prints the response in a readable form: see HELP.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { processOutput, unifiedDiff } from '../src/cli/output.ts';
import { answeredPatch, patchedPod, postReview, reviewOf } from '../src/cli/post-review.ts';

const HELP = `Usage: npm run review -- [FILE] [options]

Sends a pod to podherald's webhook and prints the response and the changed lines of the pod.
FILE is a pod (YAML or JSON) or an AdmissionReview (default: examples/pod.yaml).
Start podherald first, with \`npm start\` in another terminal.

  --url URL             URL of the webhook (default: https://127.0.0.1:8443/mutate);
                        its certificate is not verified
  -n, --namespace NAME  namespace of the pod (default: default)
  -h, --help            print this help
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'https://127.0.0.1:8443/mutate' },
    namespace: { type: 'string', short: 'n', default: 'default' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const output = processOutput();

try {
  if (values.help) output.out(HELP);
  else await show(positionals[0] ?? 'examples/pod.yaml');
} catch (error) {
  output.note(`review: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function show(file: string): Promise<void> {
  const given = parse(readFileSync(file, 'utf8'));
  const review = given?.kind === 'AdmissionReview' ? given : reviewOf(given, values.namespace);
  const response = await postReview(values.url, review);
  output.out(`allowed: ${response.allowed}\n`);
  for (const warning of response.warnings ?? []) output.out(`warning: ${warning}\n`);
  if (response.status) output.out(`${response.status.message}\n`);
  if (response.auditAnnotations) {
    output.out(`audit:   ${JSON.stringify(response.auditAnnotations)}\n`);
  }
  const operations = answeredPatch(response).map(({ op, path }) => `${op} ${path}`);
  output.out(`patch:   ${operations.join('\n         ') || 'none'}\n`);
  if (operations.length === 0) return;
  const pod = review.request.object;
  output.out(`\n${unifiedDiff(stringify(pod), stringify(patchedPod(pod, response)), output)}`);
}
