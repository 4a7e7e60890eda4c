import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * Which folder of src may import from which, and what else it may import. A folder may always
 * import from itself. Files of a pure folder read no clock, no environment, no file and write no
 * log: what they need is passed in.
 */
const HOUSE: Readonly<Record<string, Room>> = {
  'core/api': { pure: true, imports: [], packages: [] },
  'core/decision': { pure: true, imports: ['core/api'], packages: ['fastest-levenshtein'] },
  'core/injection': { pure: true, imports: ['core/api', 'core/decision'], packages: [] },
  'core/admission': {
    pure: true,
    imports: ['core/api', 'core/decision', 'core/injection'],
    packages: [],
  },
  manifests: { pure: true, imports: ['core', 'errors'], packages: ['yaml'] },
  diagnosis: { pure: true, imports: ['core', 'manifests', 'errors'], packages: [] },
  config: {
    pure: true,
    imports: ['core/api', 'core/decision', 'errors', 'watch-folder'],
    packages: ['yaml', 'zod'],
  },
  cluster: {
    pure: false,
    imports: ['core/api', 'core/decision', 'errors'],
    packages: ['@kubernetes/client-node', 'yaml'],
  },
  render: { pure: true, imports: ['core', 'config', 'diagnosis'], packages: ['yaml'] },
  'webhook/tls': {
    pure: false,
    imports: ['errors', 'watch-folder'],
    packages: ['@peculiar/x509', 'reflect-metadata'],
  },
  'webhook/server': {
    pure: false,
    imports: ['core', 'config', 'webhook/tls', 'errors'],
    packages: ['fastify', 'pino', 'pino-pretty', 'prom-client'],
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
      'errors',
      'version',
    ],
    packages: ['commander', 'diff', 'pino', 'yaml'],
  },
  main: { pure: false, imports: ['cli', 'errors'], packages: ['commander'] },
  errors: { pure: true, imports: [], packages: [] },
  version: { pure: false, imports: [], packages: [] },
  'watch-folder': { pure: false, imports: [], packages: [] },
};

/** Files whose purity differs from their folder's. */
const PURE: Readonly<Record<string, boolean>> = {
  'webhook/tls/certificate.ts': true,
  'cluster/backoff.ts': true,
  'cluster/namespaces/cache.ts': true,
  'cluster/json-lines.ts': true,
  'cluster/namespaces/metadata.ts': true,
  'cluster/staleness.ts': true,
  'cluster/trouble.ts': true,
  // The only reader of the config file.
  'config/load.ts': false,
};

/** What a pure file must not say. */
const IMPURITIES: readonly { readonly found: RegExp; readonly sentence: string }[] = [
  { found: /\bDate\.now\(|new Date\(\)/, sentence: 'reads the clock: pass the time in' },
  { found: /\bperformance\.now\(/, sentence: 'reads the clock: pass the time in' },
  { found: /\bprocess\./, sentence: 'reads the process: pass in what it needs' },
  { found: /\bconsole\./, sentence: 'writes to the console: return a finding' },
  { found: /\bMath\.random\(|\brandomUUID\(/, sentence: 'rolls dice: pass the number in' },
  { found: /\bset(Timeout|Interval|Immediate)\(/, sentence: 'waits: a pure function never does' },
  { found: /\bfetch\(/, sentence: 'talks to the network' },
];

interface Room {
  readonly pure: boolean;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const NO_ROOM: Room = { pure: true, imports: [], packages: [] };

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const SRC = new URL('../src/', import.meta.url);
const sources = readSources();

describe('the house', () => {
  it('has only rooms that the table knows', () => {
    expect([...new Set(sources.map(({ room }) => room))].sort()).toEqual(Object.keys(HOUSE).sort());
  });

  it('lets each room import only what the table allows', () => {
    expect(sources.flatMap(wrongImports)).toEqual([]);
  });

  it('has no cycle between rooms', () => {
    const cycles = Object.keys(HOUSE).filter((room) => reaches(room, room));
    expect(cycles.map((room) => `src/${room} imports itself by way of another room`)).toEqual([]);
  });

  it('keeps its pure rooms pure', () => {
    expect(sources.flatMap(impurities)).toEqual([]);
  });

  it('keeps its files short enough to be read', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 250);
    expect(
      long.map(
        ({ path }) => `src/${path} is longer than 250 lines: look for the name that is missing`,
      ),
    ).toEqual([]);
  });
});

describe('this test', () => {
  it('would notice an import that the table does not allow', () => {
    const file = sourceFile(
      'core/decision/x.ts',
      "import { x } from '../../webhook/server/x.ts';\n",
    );
    expect(wrongImports(file)).toEqual([
      'src/core/decision/x.ts imports ../../webhook/server/x.ts, but src/core/decision may import only from: core/api',
    ]);
  });

  it('would notice a node module and a package where they do not belong', () => {
    const text = "import { x } from 'node:fs';\nimport pino from 'pino';\n";
    expect(wrongImports(sourceFile('core/injection/x.ts', text))).toEqual([
      'src/core/injection/x.ts imports node:fs, but src/core/injection is pure',
      'src/core/injection/x.ts imports the package pino, which src/core/injection may not',
    ]);
  });

  it('lets pure rooms import types of anything', () => {
    const text = "import type { Logger } from 'pino';\n";
    expect(wrongImports(sourceFile('core/decision/x.ts', text))).toEqual([]);
  });

  it('would notice a clock', () => {
    expect(impurities(sourceFile('core/admission/x.ts', 'const now = Date.now();'))).toEqual([
      'src/core/admission/x.ts reads the clock: pass the time in',
    ]);
  });
});

function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => sourceFile(path, readFileSync(new URL(path, SRC), 'utf8')));
}

function sourceFile(path: string, text: string): SourceFile {
  const room = roomOf(path);
  const statements = [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)'/gm)];
  const plain = [...text.matchAll(/^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm)];
  const imports = [...statements, ...plain].flatMap(([, one, two]) => one ?? two ?? []);
  return { path, room, text, imports };
}

function wrongImports({ path, room, imports }: SourceFile): string[] {
  const { imports: rooms, packages } = HOUSE[room] ?? NO_ROOM;
  return imports.flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = new URL(specifier, new URL(path, SRC)).href.slice(SRC.href.length);
      const other = roomOf(target);
      if (other === room || rooms.some((allowed) => isIn(other, allowed))) return [];
      return `src/${path} imports ${specifier}, but src/${room} may import only from: ${rooms.join(', ')}`;
    }
    if (specifier.startsWith('node:')) {
      return isPure(path, room) ? `src/${path} imports ${specifier}, but src/${room} is pure` : [];
    }
    if (packages.includes(specifier)) return [];
    return `src/${path} imports the package ${specifier}, which src/${room} may not`;
  });
}

/** The folder of the table that a file is in, or the name of a file that is in none. */
function roomOf(path: string): string {
  const own = path.replace(/\.ts$/, '');
  return Object.keys(HOUSE).find((room) => isIn(own, room)) ?? own.split('/')[0] ?? '';
}

function isIn(room: string, folder: string): boolean {
  return room === folder || room.startsWith(`${folder}/`);
}

function impurities({ path, room, text }: SourceFile): string[] {
  if (!isPure(path, room)) return [];
  return IMPURITIES.flatMap(({ found, sentence }) =>
    found.test(text) ? `src/${path} ${sentence}` : [],
  );
}

function isPure(path: string, room: string): boolean {
  return PURE[path] ?? HOUSE[room]?.pure === true;
}

function reaches(from: string, to: string, seen = new Set<string>()): boolean {
  const allowed = HOUSE[from]?.imports ?? [];
  return Object.keys(HOUSE).some((next) => {
    if (!allowed.some((folder) => isIn(next, folder))) return false;
    if (next === to) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, to, seen);
  });
}
