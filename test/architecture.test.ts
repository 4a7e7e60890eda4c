import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * The import table: the folders of src (and the files directly in src), what each may import from
 * the others, and which packages it may import. A folder may always import from itself; `core`
 * stands for all its folders. Files in a pure folder do not read the clock, the environment or
 * files, and do not log: the caller passes in what they need.
 */
const IMPORT_TABLE: Readonly<Record<string, Folder>> = {
  'core/api': { pure: true, imports: [], packages: [] },
  'core/decision': { pure: true, imports: ['core/api'], packages: ['fastest-levenshtein'] },
  'core/injection': { pure: true, imports: ['core/api', 'core/decision'], packages: [] },
  'core/admission': {
    pure: true,
    imports: ['core/api', 'core/decision', 'core/injection'],
    packages: [],
  },
  manifests: {
    pure: true,
    imports: ['core', 'errors', 'yaml-nodes'],
    packages: ['yaml', 'fast-json-patch'],
  },
  diagnosis: { pure: true, imports: ['core', 'manifests', 'errors'], packages: [] },
  config: {
    pure: true,
    imports: ['core/api', 'core/decision', 'errors', 'read-file', 'watch-folder', 'yaml-nodes'],
    packages: ['yaml', 'zod'],
  },
  cluster: {
    pure: false,
    imports: ['core/api', 'core/decision', 'clock', 'errors'],
    packages: ['@kubernetes/client-node', 'yaml'],
  },
  render: { pure: true, imports: ['core', 'config', 'diagnosis'], packages: ['yaml'] },
  playground: {
    pure: true,
    imports: ['core', 'config', 'diagnosis', 'manifests', 'render'],
    packages: [],
  },
  'webhook/tls': {
    pure: false,
    imports: ['clock', 'errors', 'read-file', 'watch-folder'],
    packages: ['@peculiar/x509', 'reflect-metadata'],
  },
  'webhook/server': {
    pure: false,
    imports: ['core', 'config', 'diagnosis', 'webhook/tls', 'webhook/tracing', 'errors'],
    packages: ['fastify', 'pino', 'pino-pretty', 'prom-client'],
  },
  'webhook/tracing': {
    pure: false,
    imports: ['core'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/exporter-trace-otlp-proto',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace',
    ],
  },
  cli: {
    pure: false,
    imports: [
      'core',
      'cluster',
      'config',
      'diagnosis',
      'manifests',
      'render',
      'webhook',
      'clock',
      'errors',
      'version',
    ],
    packages: ['commander', 'diff', 'pino', 'yaml'],
  },
  main: { pure: false, imports: ['cli', 'version'], packages: [] },
  index: { pure: true, imports: ['core', 'manifests'], packages: [] },
  clock: { pure: false, imports: [], packages: [] },
  errors: { pure: true, imports: [], packages: [] },
  'read-file': { pure: false, imports: [], packages: [] },
  version: { pure: false, imports: [], packages: [] },
  'watch-folder': { pure: false, imports: [], packages: [] },
  'yaml-nodes': { pure: true, imports: [], packages: ['yaml'] },
};

/** Files that are pure in an impure folder (true), or impure in a pure one (false). */
const PURE: Readonly<Record<string, boolean>> = {
  'webhook/tls/certificate.ts': true,
  'webhook/tracing/request-span.ts': true,
  'webhook/tracing/settings.ts': true,
  'cluster/api-error.ts': true,
  'cluster/namespace-cache.ts': true,
  // The only file that reads the config file.
  'config/load.ts': false,
};

/** Code that a pure file must not contain. `problem` completes a sentence that starts with the file. */
const IMPURE_CODE: readonly { readonly pattern: RegExp; readonly problem: string }[] = [
  { pattern: /\bDate\.now\(|new Date\(\)/, problem: 'reads the clock: pass the time in' },
  { pattern: /\bperformance\.now\(/, problem: 'reads the clock: pass the time in' },
  { pattern: /\bprocess\./, problem: 'uses `process`: pass in what it needs' },
  { pattern: /\bconsole\./, problem: 'writes to the console: return a value instead' },
  {
    pattern: /\bMath\.random\(|\brandomUUID\(/,
    problem: 'uses a random value: pass the value in',
  },
  {
    pattern: /\bset(Timeout|Interval|Immediate)\(/,
    problem: 'sets a timer: wait in an impure file',
  },
  { pattern: /\bfetch\(/, problem: 'uses the network: pass in what it needs' },
];

const MAX_LINES = 250;

interface Folder {
  readonly pure: boolean;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const UNKNOWN_FOLDER: Folder = { pure: true, imports: [], packages: [] };

interface SourceFile {
  /** Relative to src. */
  readonly path: string;
  /** The key of the import table for this file. */
  readonly folder: string;
  readonly text: string;
  /** What the file imports when it runs, which excludes `import type`. */
  readonly imports: readonly string[];
  /** The files of src that it imports, types included, as paths relative to src. */
  readonly imported: readonly string[];
}

const SRC = new URL('../src/', import.meta.url);
const sources = readSources();

describe('the source code', () => {
  it('is in folders that the import table names', () => {
    const folders = [...new Set(sources.map(({ folder }) => folder))];
    expect(folders.sort()).toEqual(Object.keys(IMPORT_TABLE).sort());
  });

  it('imports only what the import table allows', () => {
    expect(sources.flatMap(forbiddenImports)).toEqual([]);
  });

  it('has no import cycle, not even one of types', () => {
    expect(importCycles(sources)).toEqual([]);
  });

  it('declares each type name once, so that a name means one thing', () => {
    expect(repeatedTypes(sources)).toEqual([]);
  });

  it('is pure in the folders and files that must be pure', () => {
    expect(sources.flatMap(impurities)).toEqual([]);
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length > MAX_LINES);
    expect(
      long.map(({ path }) => `src/${path} has more than ${MAX_LINES} lines: split it by topic`),
    ).toEqual([]);
  });
});

describe('the import table', () => {
  it('names only folders and files that exist', () => {
    const existing = sources.map(({ path }) => path.replace(/\.ts$/, ''));
    const named = [
      ...Object.keys(IMPORT_TABLE),
      ...Object.values(IMPORT_TABLE).flatMap(({ imports }) => imports),
      ...Object.keys(PURE).map((path) => path.replace(/\.ts$/, '')),
    ];
    const missing = named.filter((name) => !existing.some((path) => isIn(path, name)));
    expect(missing.map((name) => `src/${name} does not exist, but this test names it`)).toEqual([]);
  });
});

describe('this test', () => {
  it('would notice an import that the table does not allow', () => {
    const file = sourceFile(
      'core/decision/x.ts',
      "import { x } from '../../webhook/server/x.ts';\n",
    );
    expect(forbiddenImports(file)).toEqual([
      'src/core/decision/x.ts imports ../../webhook/server/x.ts, but src/core/decision may import only from: core/api',
    ]);
  });

  it('would notice a Node module in a pure folder, and a package that the table does not name', () => {
    const text = "import { x } from 'node:fs';\nimport pino from 'pino';\n";
    expect(forbiddenImports(sourceFile('core/injection/x.ts', text))).toEqual([
      'src/core/injection/x.ts imports node:fs, but src/core/injection is pure',
      'src/core/injection/x.ts imports the package pino, but src/core/injection may import only these packages: none',
    ]);
  });

  it('would allow a pure folder to import a type of any package', () => {
    const text = "import type { Logger } from 'pino';\n";
    expect(forbiddenImports(sourceFile('core/decision/x.ts', text))).toEqual([]);
  });

  it('would notice a cycle', () => {
    const files = [
      sourceFile('render/a.ts', "import { b } from './install/b.ts';\nimport './c.ts';\n"),
      sourceFile('render/install/b.ts', "import type {\n  C,\n} from '../c.ts';\n"),
      sourceFile('render/c.ts', "export const a = (): import('./a.ts').A => undefined;\n"),
      sourceFile('render/d.ts', "export * from './a.ts';\n"),
    ];
    expect(importCycles(files)).toEqual([
      'import cycle: src/render/a.ts → src/render/c.ts → src/render/a.ts',
      'import cycle: src/render/a.ts → src/render/install/b.ts → src/render/c.ts → src/render/a.ts',
    ]);
  });

  it('would notice a type name with two meanings', () => {
    const files = [
      sourceFile('render/a.ts', 'export interface Place {}\ntype Slot = string;\n'),
      sourceFile('cluster/b.ts', 'type Place = string;\n'),
    ];
    expect(repeatedTypes(files)).toEqual([
      'the type Place is declared in src/render/a.ts and src/cluster/b.ts',
    ]);
  });

  it('would notice that a pure file reads the clock', () => {
    expect(impurities(sourceFile('core/admission/x.ts', 'const now = Date.now();'))).toEqual([
      'src/core/admission/x.ts reads the clock: pass the time in',
    ]);
  });
});

function repeatedTypes(files: readonly SourceFile[]): string[] {
  const declarations = files.flatMap(({ path, text }) =>
    [...text.matchAll(/^(?:export )?(?:interface|type|class) (\w+)/gm)].map(([, name = '']) => ({
      name,
      path,
    })),
  );
  const byName = Map.groupBy(declarations, ({ name }) => name);
  return [...byName].flatMap(([name, places]) => {
    const paths = places.map(({ path }) => `src/${path}`);
    return paths.length < 2 ? [] : `the type ${name} is declared in ${paths.join(' and ')}`;
  });
}

function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => sourceFile(path, readFileSync(new URL(path, SRC), 'utf8')));
}

function sourceFile(path: string, text: string): SourceFile {
  const statements = [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)'/gm)];
  const plain = [...text.matchAll(/^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm)];
  const imports = [...statements, ...plain].flatMap(([, one, two]) => one ?? two ?? []);
  const relative = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  const imported = relative.map(([, specifier = '']) => resolveImport(path, specifier));
  return { path, folder: folderOf(path), text, imports, imported };
}

/** The path, relative to src, of what the file `path` imports by a relative specifier. */
function resolveImport(path: string, specifier: string): string {
  return new URL(specifier, new URL(path, SRC)).href.slice(SRC.href.length);
}

function forbiddenImports({ path, folder, imports }: SourceFile): string[] {
  const { imports: folders, packages } = IMPORT_TABLE[folder] ?? UNKNOWN_FOLDER;
  return imports.flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const other = folderOf(resolveImport(path, specifier));
      if (other === folder || folders.some((allowed) => isIn(other, allowed))) return [];
      return `src/${path} imports ${specifier}, but src/${folder} may import only from: ${folders.join(', ')}`;
    }
    if (specifier.startsWith('node:')) {
      return isPure(path, folder)
        ? `src/${path} imports ${specifier}, but src/${folder} is pure`
        : [];
    }
    if (packages.includes(specifier)) return [];
    return `src/${path} imports the package ${specifier}, but src/${folder} may import only these packages: ${packages.join(', ') || 'none'}`;
  });
}

/** For each file that is part of a cycle, the shortest cycle through it; each cycle once. */
function importCycles(files: readonly SourceFile[]): string[] {
  const imported = new Map(files.map((file) => [file.path, file.imported]));
  const cycles = files.flatMap(({ path }) => {
    const cycle = shortestCycle(path, imported);
    return cycle === undefined ? [] : [cycleText(cycle)];
  });
  return [...new Set(cycles)].sort();
}

/** The files on the shortest way from `start` back to `start`, without the second `start`. */
function shortestCycle(
  start: string,
  imported: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const seen = new Set<string>();
  const routes = [[start]];
  for (const route of routes) {
    for (const next of imported.get(route.at(-1) ?? '') ?? []) {
      if (next === start) return route;
      if (!seen.has(next)) routes.push([...route, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** Starts at the first file by name, so that one cycle always has the same text. */
function cycleText(cycle: readonly string[]): string {
  const first = cycle.indexOf(cycle.toSorted()[0] ?? '');
  const files = [...cycle.slice(first), ...cycle.slice(0, first), cycle[first]];
  return `import cycle: ${files.map((file) => `src/${file}`).join(' → ')}`;
}

/** The key of the import table for a file: its folder, or the file itself directly in src. */
function folderOf(path: string): string {
  const name = path.replace(/\.ts$/, '');
  return Object.keys(IMPORT_TABLE).find((folder) => isIn(name, folder)) ?? name.split('/')[0] ?? '';
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function impurities({ path, folder, text }: SourceFile): string[] {
  if (!isPure(path, folder)) return [];
  return IMPURE_CODE.flatMap(({ pattern, problem }) =>
    pattern.test(text) ? `src/${path} ${problem}` : [],
  );
}

function isPure(path: string, folder: string): boolean {
  return PURE[path] ?? IMPORT_TABLE[folder]?.pure === true;
}
