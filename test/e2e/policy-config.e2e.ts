import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../src/config/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Rules } from '../../src/core/decision/rules.ts';
import { readCases } from '../support/cases.ts';
import { hasPolicies } from './features.ts';
import type { Pod } from './objects.ts';
import { configText } from './podherald.ts';
import { checkPolicies } from './policy-check.ts';
import { arbitraryPod, completePod, NAMESPACES } from './policy-pods.ts';
import { createInEach, type NamespaceTriple, test as suite } from './policy-suite.ts';

/** A config in which every field differs from its default. */
const CONFIG = {
  annotationPrefix: 'meta.example.com/',
  onInvalid: 'warn',
  namespaces: { annotations: true },
  profiles: {
    team: {
      env: {
        POD_NAME: 'metadata.name',
        SELF: 'pod/$(POD_NAME)',
        REGION: { value: "eu-west-1 it's 999999" },
        CPU: 'limits.cpu:1m',
        CONTAINER: 'container.name',
        WORKLOAD: 'workload.name',
        TAG: 'container.imageTag',
        IMAGE: '$(WORKLOAD)/$(TAG)',
      },
      files: { labels: 'metadata.labels', memory: 'limits.memory:1Mi' },
    },
    otel: { env: { OTEL_POD: 'metadata.uid' } },
  },
  metadata: { defaultProfile: 'team', path: '/var/run/meta' },
  ambassador: {
    image: 'registry.example.com:5000/kubectl:v1-999999',
    port: 65_535,
    maxAccess: 'full',
    runAsUser: 'inherit',
    tokenSeconds: 1200,
    resources: {
      requests: { cpu: '150m', memory: '0.5Gi', 'ephemeral-storage': '1Mi' },
      limits: { cpu: '0.2', memory: '512Mi', 'ephemeral-storage': '2Mi' },
    },
  },
} as const;
/** Texts of an injected pod that come from this config. */
const EXPECTED_TEXTS = ['eu-west-1', '/var/run/meta', 'v1-999999'];
const RULES = rulesOf(configText(CONFIG));

suite.override('config', CONFIG);

const test = suite.skipIf(!(await hasPolicies()));

const PODS = 100;
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);

test('with another config, the policies inject golden and generated pods as the webhook does, or not at all', async ({
  makeTriples,
  api,
}) => {
  const triples = await makeTriples(
    NAMESPACES.map((annotations) => ({ annotations: withPrefix(annotations) })),
  );
  const counts: Record<string, number> = {};
  const compare = async (sent: Pod, triple: NamespaceTriple): Promise<void> => {
    const results = await createInEach(api, triple, sent);
    const stored = JSON.stringify(results.byPolicy.pod ?? '');
    for (const key of [
      checkPolicies(sent, triple, results, RULES),
      ...EXPECTED_TEXTS.filter((text) => stored.includes(text)),
    ]) {
      counts[key] = (counts[key] ?? 0) + 1;
    }
  };
  const golden = readCases().map(({ pod }) => withPrefix(completePod(pod as unknown as Pod)));
  const [plain] = triples;
  if (plain === undefined) throw new Error('expected at least one namespace');
  for (const sent of golden) await compare(sent, plain);
  const holds = fc.asyncProperty(
    arbitraryPod.map(withPrefix),
    fc.constantFrom(...triples),
    compare,
  );
  const run = await fc.check(holds, { seed: SEED, numRuns: PODS });

  console.log(`${golden.length} golden pods, ${PODS} generated pods (seed ${SEED}):`, counts);
  const [sent] = run.counterexample ?? [];
  const counterexample = stringify(sent, { aliasDuplicateObjects: false });
  expect(run.failed, `${run.counterexamplePath}\n${counterexample}\n${run.errorInstance}`).toBe(
    false,
  );
  for (const text of EXPECTED_TEXTS) expect(counts[text], text).toBeGreaterThan(10);
  expect(counts['covered']).toBeGreaterThan((golden.length + PODS) / 3);
});

/** Replaces the default annotation prefix by that of this config. */
function withPrefix<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('podherald.dev/', CONFIG.annotationPrefix));
}

function rulesOf(text: string): Rules {
  const parsed = parseConfig(text);
  if ('config' in parsed) return compile(parsed.config, 'test').rules;
  throw new Error(JSON.stringify(parsed.faults));
}
