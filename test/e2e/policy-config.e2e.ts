import * as fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../src/config/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Rules } from '../../src/core/decision/rules.ts';
import { readCases } from '../support/cases.ts';
import type { Pod } from './objects.ts';
import { configText } from './podherald.ts';
import { hasPolicies } from './policies.ts';
import { arbitraryPod, completePod, NAMESPACES } from './policy-pods.ts';
import { createThrice, test as suite, type Triplets } from './policy-triplets.ts';
import { judge } from './policy-verdict.ts';

/** Otherwise than the defaults wherever a config can be. */
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
/** That pods have been injected by this config. */
const SIGNS = ['eu-west-1', '/var/run/meta', 'v1-999999'];
const RULES = rulesOf(configText(CONFIG));

suite.override('config', CONFIG);

const test = suite.skipIf(!(await hasPolicies()));

const PODS = 100;
const SEED = Number(process.env['PODHERALD_E2E_SEED'] ?? 20_260_401);

test('under another config, golden and generated pods: as podherald has it, or left alone', async ({
  makeTriplets,
  api,
}) => {
  const places = await makeTriplets(
    NAMESPACES.map((annotations) => ({ annotations: underPrefix(annotations) })),
  );
  const counts: Record<string, number> = {};
  const compare = async (sent: Pod, place: Triplets): Promise<void> => {
    const fates = await createThrice(api, place, sent);
    const text = JSON.stringify(fates.byPolicy.pod ?? '');
    for (const what of [
      judge(sent, place, fates, RULES),
      ...SIGNS.filter((sign) => text.includes(sign)),
    ]) {
      counts[what] = (counts[what] ?? 0) + 1;
    }
  };
  const golden = readCases().map(({ pod }) => underPrefix(completePod(pod as unknown as Pod)));
  const [plain] = places;
  if (plain === undefined) throw new Error('there is no namespace');
  for (const sent of golden) await compare(sent, plain);
  const holds = fc.asyncProperty(
    arbitraryPod.map(underPrefix),
    fc.constantFrom(...places),
    compare,
  );
  const run = await fc.check(holds, { seed: SEED, numRuns: PODS });

  console.log(`${golden.length} golden pods, ${PODS} generated ones (seed ${SEED}):`, counts);
  const [sent] = run.counterexample ?? [];
  const counterexample = stringify(sent, { aliasDuplicateObjects: false });
  expect(run.failed, `${run.counterexamplePath}\n${counterexample}\n${run.errorInstance}`).toBe(
    false,
  );
  for (const sign of SIGNS) expect(counts[sign], sign).toBeGreaterThan(10);
  expect(counts['equal']).toBeGreaterThan((golden.length + PODS) / 3);
});

/** The same under the prefix of this config. */
function underPrefix<T>(of: T): T {
  return JSON.parse(JSON.stringify(of).replaceAll('podherald.dev/', CONFIG.annotationPrefix));
}

function rulesOf(text: string): Rules {
  const parsed = parseConfig(text);
  if ('config' in parsed) return compile(parsed.config, 'test').rules;
  throw new Error(JSON.stringify(parsed.faults));
}
