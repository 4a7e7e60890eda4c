import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { hasResize, hasTopologyLabels } from './features.ts';
import { kubectl } from './kubectl.ts';
import { markdownSections, type PageSection, runConsole } from './markdown.ts';
import type { List, Pod } from './objects.ts';
import type { Config } from './podherald.ts';
import { test as suite } from './suite.ts';

const SECTIONS = markdownSections(readFileSync('docs/recipes.md', 'utf8'));

const CAN_RUN: Readonly<Record<string, boolean>> = {
  'Zone-aware clients': await hasTopologyLabels(),
  'What follows a resize': await hasResize(),
};

for (const [title, isPossible] of Object.entries(CAN_RUN)) {
  if (!isPossible) console.log(`skipped: the recipe ${title} needs a newer Kubernetes`);
}

suite.override('config', configOf(SECTIONS));

const test = suite.extend(
  'topology',
  { scope: 'file' },
  async ({ failurePolicy: _ }, { onCleanup }) => {
    const { items }: List<Pod> = JSON.parse(await kubectl(['get', 'nodes', '-o', 'json']));
    const names = items.map(({ metadata }) => metadata.name ?? '');
    const label = (...labels: string[]) =>
      kubectl(['label', 'nodes', ...names, '--overwrite', ...labels]);
    const [zone, region] = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];
    await label(`${zone}=eu-west-1a`, `${region}=eu-west-1`);
    onCleanup(async () => {
      await label(`${zone}-`, `${region}-`);
    });
  },
);

const RUNNABLE = SECTIONS.filter(
  ({ title, consoles }) => consoles.length > 0 && CAN_RUN[title] !== false,
);

test.for(RUNNABLE.map((section) => [section.title, section] as const))(
  'the recipe %s works as the page says',
  { timeout: 240_000 },
  async ([, { yamls, consoles }], { makeNamespace, topology: _ }) => {
    const namespace = await makeNamespace();
    const objects = yamls.filter((text) => !isConfig(text));
    for (const object of objects) await namespace.apply(parse(object));
    for (const text of consoles) {
      for (const { command, expected, printed } of runConsole(text, { shop: namespace.name })) {
        expect(printed, command).toMatch(expected);
      }
    }
  },
);

function isConfig(text: string): boolean {
  return text.startsWith('# config.yaml\n');
}

/** The configs of all recipes together: each has profiles of its own. */
function configOf(sections: readonly PageSection[]): Config {
  const configs = sections
    .flatMap(({ yamls }) => yamls.filter(isConfig))
    .map((text) => parse(text));
  const namespaces = { annotations: true };
  return { namespaces, profiles: Object.assign({}, ...configs.map(({ profiles }) => profiles)) };
}
