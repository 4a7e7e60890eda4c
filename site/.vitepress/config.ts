import { cpSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../anchor.ts';

/** The repository that links to files outside docs/ lead to. Whoever publishes the site sets it. */
const REPOSITORY = process.env['SITE_REPOSITORY'] ?? 'https://github.com/OWNER/podherald';

/** Where the site is published below its host, such as /podherald/. */
const BASE = process.env['SITE_BASE'] ?? '/';

/** The pages of docs/ and of site/pages in one folder. VitePress needs them below its own packages. */
const PAGES = fileURLToPath(new URL('../.pages', import.meta.url));
rmSync(PAGES, { recursive: true, force: true });
for (const folder of ['../../docs', '../pages']) {
  cpSync(fileURLToPath(new URL(folder, import.meta.url)), PAGES, { recursive: true });
}

const page = (link: string, text: string) => ({ text, link: `/${link}` });

/** The pages are those of docs/, which stay readable on their own, and a few of site/pages. */
// biome-ignore lint/style/noDefaultExport: VitePress reads the default export.
export default defineConfig({
  title: 'podherald',
  description: 'One annotation gives a pod its own metadata, and a proxy to the API server.',
  base: BASE,
  lang: 'en',
  cleanUrls: true,
  srcDir: '.pages',
  outDir: fileURLToPath(new URL('../dist/site', import.meta.url)),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (markdown) => markdown.core.ruler.push('repository-links', repositoryLinks),
  },
  // The playground is built beside the pages, and not by VitePress.
  ignoreDeadLinks: [/^\/playground/],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      page('getting-started', 'Get started'),
      page('recipes', 'Recipes'),
      page('reference/annotations', 'Reference'),
      { text: 'Playground', link: '/playground/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('getting-started', 'Get started'),
          page('concepts', 'How it works'),
          page('comparison', 'Comparison'),
          page('webhook-or-policy', 'Webhook or policy'),
        ],
      },
      {
        text: 'Guides',
        items: [
          page('how-to', 'How to …'),
          page('recipes', 'Recipes'),
          page('opentelemetry', 'OpenTelemetry'),
          page('ambassador', 'Ambassador'),
          page('ambassador-access', 'Access of the ambassador'),
          page('namespaces', 'Defaults of namespaces'),
          page('mistakes', 'Mistakes'),
          page('pipelines', 'Pipelines'),
          page('library', 'Library'),
        ],
      },
      {
        text: 'Operate',
        items: [
          page('operations', 'Operations'),
          page('helm', 'Helm'),
          page('runbook', 'Runbook'),
          page('scaling', 'Scaling'),
          page('performance', 'Performance'),
          page('self-managed-tls', 'Self-managed TLS'),
          page('tracing', 'Tracing'),
          page('security', 'Security'),
          page('compatibility', 'Compatibility'),
          page('upgrading', 'Upgrading'),
          page('versioning', 'Versioning'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('reference/annotations', 'Annotations'),
          page('reference/config', 'Config'),
          page('reference/cli', 'Commands'),
          page('reference/reasons', 'Messages'),
          page('reference/helm-values', 'Helm values'),
        ],
      },
    ],
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
  },
});

interface LinkState {
  readonly env: { readonly realPath?: string; readonly path: string };
  readonly tokens: readonly {
    readonly children?:
      | readonly {
          attrGet(name: string): string | null;
          attrSet(name: string, value: string): void;
        }[]
      | null;
  }[];
}

/** Links to files that are no pages lead to the repository. A page is one folder below its root, as docs/ is. */
function repositoryLinks({ env, tokens }: LinkState): void {
  const folder = dirname(env.realPath ?? env.path);
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    const href = token.attrGet('href');
    if (href === null || !/^\.{0,2}[\w/.-]+/.test(href) || /^[a-z]+:/.test(href)) continue;
    const [path = '', anchor] = href.split('#');
    const file = relative(PAGES, join(folder, path));
    if (!file.startsWith('../')) continue;
    const link = `${REPOSITORY}/blob/main/${file.slice(3)}`;
    token.attrSet('href', anchor === undefined ? link : `${link}#${anchor}`);
  }
}
