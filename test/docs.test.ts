import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../site/anchor.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md', 'site/pages/*.md', 'hack/*/README.md']);

function withoutCode(page: string): string {
  return page
    .replaceAll(/^```.*?^```/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));
}

function anchorsOf(file: string): Set<string> {
  const page = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

/** The site has the pages of site/pages and of docs in one folder. */
function targetOf(file: string, path: string): string {
  const beside = join(dirname(file), path);
  if (!file.startsWith('site/pages/') || existsSync(beside)) return beside;
  return join('docs', path);
}

describe.each(PAGES)('%s', (file) => {
  it('has only links that lead somewhere', () => {
    const links = [...withoutCode(readFileSync(file, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)];
    const broken = links
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        if (path.startsWith('./playground/')) return false;
        const target = path === '' ? file : targetOf(file, path);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(target).has(anchor);
      });
    expect(broken).toEqual([]);
  });
});

it('knows all pages', () => expect(PAGES.length).toBeGreaterThan(10));

it.each(['hack/cluster/go.mod', ...globSync('hack/cluster/versions/*.mod')])(
  'hack/cluster/README.md names the versions that %s pins',
  (file) => {
    const mod = readFileSync(file, 'utf8');
    const [, version] = /k8s\.io\/kubernetes (v1\.\d+\.\d+)/.exec(mod) ?? [];
    const [, etcd] = /go\.etcd\.io\/etcd\/server\/v3 (v\S+)/.exec(mod) ?? [];
    expect(readFileSync('hack/cluster/README.md', 'utf8')).toContain(`| ${version} | ${etcd} |`);
  },
);
