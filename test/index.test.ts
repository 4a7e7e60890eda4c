import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../package.json' with { type: 'json' };
import { readRules } from '../src/config/read-rules.ts';
import { inject, REASONS } from '../src/index.ts';
import { type Case, readCaseFile, readCases } from './support/cases.ts';
import { docExamples } from './support/doc-examples.ts';

const POD = {
  metadata: { name: 'web', annotations: { 'inject-metadata': 'true' } },
  spec: { containers: [{ name: 'app', env: [{ name: 'POD_IP', value: '127.0.0.1' }] }] },
} as const;

describe('inject', () => {
  it('returns the injected pod, the patch and every reason, and leaves its input alone', () => {
    const input = structuredClone(POD);
    const { outcome, reason, pod, patch, findings, warnings } = inject(input);

    expect(input).toEqual(POD);
    expect(outcome).toBe('injected');
    expect(reason).toBe('env_exists');
    expect(pod.spec.containers[0].env.map(({ name }) => name)).toContain('NODE_NAME');
    expect(patch.map(({ op }) => op)).toEqual(patch.map(() => 'add'));
    expect(findings).toEqual([
      {
        reason: 'env_exists',
        kind: REASONS.env_exists.kind,
        message: 'container app already sets POD_IP; its own values are kept',
      },
    ]);
    expect(warnings).toEqual([`podherald: ${findings[0]?.message}`]);
  });

  it('returns the same pod if nothing is injected', () => {
    const pod = { spec: { containers: [{ name: 'app' }] } };
    const injected = inject(pod);
    expect(injected).toMatchObject({ outcome: 'skipped', reason: 'not_requested', patch: [] });
    expect(injected.pod).toBe(pod);
  });

  it('returns the faults of a denied pod as findings, and not as warnings', () => {
    const pod = { metadata: { annotations: { 'inject-ambassador': 'ture' } }, spec: POD.spec };
    const { outcome, findings, warnings } = inject(pod);
    expect(outcome).toBe('denied');
    expect(findings.map(({ kind }) => kind)).toEqual(['fault']);
    expect(warnings).toEqual([]);
  });

  it('does not throw for what is not a pod', () => {
    expect(inject([])).toMatchObject({ outcome: 'skipped', reason: 'malformed_pod' });
    expect(inject({ spec: 'x' })).toMatchObject({ outcome: 'skipped', reason: 'malformed_pod' });
  });

  it('uses the defaults of the namespace, the rules and the Kubernetes version', () => {
    const read = readRules('ambassador: {port: 9001}');
    if ('faults' in read) throw new Error('the config is valid');
    const namespace = { name: 'shop', annotations: { 'inject-ambassador': 'true' } };
    const { pod } = inject(
      { spec: { containers: [{ name: 'app' }] } },
      { rules: read.rules, namespace, kubernetesVersion: '1.36.2' },
    );
    expect(pod).toMatchObject({
      spec: {
        initContainers: [
          {
            image: 'registry.k8s.io/kubectl:v1.36.2',
            args: expect.arrayContaining(['--port=9001']),
          },
        ],
      },
    });
    expect(JSON.stringify(pod)).not.toContain('"version\\"');
  });

  it('rejects a Kubernetes version that is not one', () => {
    expect(() => inject(POD, { kubernetesVersion: 'latest' })).toThrow(RangeError);
  });

  it.each(readCases())('injects what golden case $name expects', (golden: Case) => {
    const { name, pod, namespace, rules } = golden;
    const injected = inject(pod as object, { namespace, rules });
    const expected = parse(readCaseFile(name, 'outcome.yaml'));

    expect(injected.outcome).toBe(expected.outcome);
    expect(injected.warnings).toEqual(expected.warnings ?? []);
    const text = injected.patch.length > 0 ? readCaseFile(name, 'injected.yaml') : golden.podText;
    expect(withoutStatus(injected.pod)).toEqual(withoutStatus(parse(text)));
  });
});

describe('readRules', () => {
  it('returns every fault with its line', () => {
    expect(readRules('onInvalid: wran\nambassador: {prot: 1}\n')).toMatchObject({
      faults: [
        { line: 1, path: 'onInvalid' },
        { line: 2, path: 'ambassador.prot' },
      ],
    });
  });
});

/** The packages that each entry point loads. Each of them works in a browser. */
const PACKAGES = {
  'index.ts': ['fast-json-patch', 'fastest-levenshtein'],
  'config/read-rules.ts': ['fastest-levenshtein', 'yaml', 'zod'],
};

describe.each(Object.entries(PACKAGES))('the entry point src/%s', (entry, packages) => {
  it('loads no module of Node.js, so that it works in a browser', () => {
    expect(packagesOf(join('src', entry), RUN_IMPORTS)).toEqual(packages);
  });
});

describe('the package', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'podherald-library-'));
    execFileSync(process.execPath, [
      join('node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')],
    ]);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('exports only files that a build writes', () => {
    const { '.': main, './config': config } = manifest.exports;
    const files = [main, config].flatMap(Object.values<string>);
    expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  });

  it('has types that need no other package', () => {
    const { '.': main, './config': config } = manifest.exports;
    const used = [main, config].flatMap(({ types }) =>
      packagesOf(join(folder, types), ALL_IMPORTS),
    );
    expect(used).toEqual([]);
  });

  it('has no other side effects than those that package.json names', () => {
    const named = manifest.sideEffects.map((file) => file.replace('./dist/', ''));
    const found = filesIn(join(folder, 'dist')).filter((file) =>
      SIDE_EFFECT.test(readFileSync(join(folder, 'dist', file), 'utf8')),
    );
    expect(found.filter((file) => !named.some((glob) => matchesGlob(file, glob)))).toEqual([]);
    expect(named.filter((glob) => !found.some((file) => matchesGlob(file, glob)))).toEqual([]);
  });
});

describe('docs/library.md', () => {
  const examples = docExamples('docs/library.md');

  it('has examples', () => expect(examples).toHaveLength(3));

  it.each(examples)('has an example that prints what the page says', ({ code, output }) => {
    const folder = mkdtempSync(join(tmpdir(), 'podherald-example-'));
    const file = join(folder, 'example.ts');
    writeFileSync(
      file,
      code.replaceAll(/'podherald(\/config)?'/g, (_, path) => sourceOf(path)),
    );
    try {
      const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' });
      if (output !== undefined) expect(printed).toBe(output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function withoutStatus(pod: unknown): unknown {
  const copy = structuredClone(pod) as { metadata?: { annotations?: Record<string, string> } };
  for (const key of Object.keys(copy.metadata?.annotations ?? {})) {
    if (key.endsWith('/status')) delete copy.metadata?.annotations?.[key];
  }
  return copy;
}

/** What is imported when the code runs. */
const RUN_IMPORTS =
  /^(?:import|export)\s+(?!type\b)(?:[^;]*?from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
const ALL_IMPORTS = /^(?:import|export)\s+[^;]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

/** The packages and modules of Node.js that a file imports, also through the files that it imports. */
function packagesOf(entry: string, imports: RegExp): string[] {
  const files = [resolve(entry)];
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, one, other] of readFileSync(file, 'utf8').matchAll(imports)) {
      const specifier = one ?? other ?? '';
      if (!specifier.startsWith('.')) packages.add(specifier);
      else {
        const imported = resolve(dirname(file), specifier);
        const path = existsSync(imported) ? imported : imported.replace(/\.[jt]s$/, '.d.ts');
        if (!files.includes(path)) files.push(path);
      }
    }
  }
  return [...packages].sort();
}

/** An import without names, a condition, or a call whose result nothing uses. */
const SIDE_EFFECT = /^(?:import '[^']+'|if \(|(?:await )?[\w.]+\(.*\);$)/m;

function filesIn(folder: string): string[] {
  return globSync('**/*.js', { cwd: folder });
}

function sourceOf(path = ''): string {
  const file = path === '' ? 'src/index.ts' : 'src/config/read-rules.ts';
  return `'${pathToFileURL(file)}'`;
}
