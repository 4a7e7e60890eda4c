import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Mutation } from '../../src/core/admission/mutation.ts';
import { createMetrics } from '../../src/webhook/server/metrics.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const RULES = (
  parse(read('deploy/monitoring/podherald-alerts.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);
const TESTS = (
  parse(read('deploy/monitoring/podherald-alerts.test.yaml')) as { tests: { name: string }[] }
).tests;
const DASHBOARD = JSON.parse(read('deploy/monitoring/podherald-dashboard.json')) as {
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string; query: string | { query: string } }[] };
};
const RUNBOOK = read('docs/runbook.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ alert: text.split('\n')[0] ?? '', text }));

/** Labels that Prometheus adds, and metrics that podherald does not serve. */
const TARGET_LABELS = ['job', 'namespace', 'pod', 'instance'];
const OTHER_METRICS = new Map([
  ['up', []],
  ['apiserver_admission_webhook_fail_open_count', ['name', 'type']],
  [
    'apiserver_admission_webhook_rejection_count',
    ['error_type', 'name', 'operation', 'rejection_code', 'type'],
  ],
  [
    'apiserver_admission_webhook_admission_duration_seconds_bucket',
    ['le', 'name', 'operation', 'rejected', 'type'],
  ],
] satisfies [string, string[]][]);

/** The labels of each metric of podherald, after every kind of event. */
async function servedMetrics(): Promise<Map<string, Set<string>>> {
  const metrics = createMetrics('1.2.3');
  const injected = { env: 1, volume: 1, ambassador: 1 };
  metrics.review({ outcome: 'injected', injected } as Mutation, 0.001);
  metrics.rejected(503);
  metrics.watchLog(() => 1);
  metrics.watchNamespaces(() => true);
  const labelsOf = new Map<string, Set<string>>(
    [...OTHER_METRICS].map(([name, labels]) => [name, new Set<string>(labels)]),
  );
  for (const [, name = '', labels = ''] of (await metrics.text()).matchAll(
    /^(\w+)(?:\{(.*)\})? \S+$/gm,
  )) {
    const known = labelsOf.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    labelsOf.set(name, known);
  }
  return labelsOf;
}

/** The metrics that a PromQL expression names, each with the labels that it selects. */
function metricsOf(expression: string): { name: string; labels: string[] }[] {
  const selectors = expression.replaceAll(/\b(by|on|without) *\([^)]*\)/g, '');
  const names = /\b(up|(?:podherald|process|nodejs|apiserver)_\w+)(?:\{([^}]*)\})?/g;
  return [...selectors.matchAll(names)].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...matchers.matchAll(/(\w+) *(?:=~|!=|!~|=)/g)].map(([, label = '']) => label),
  }));
}

const QUERIES = [
  ...RULES.map(({ alert, expr }) => ({ where: `alert ${alert}`, expr })),
  ...DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ where: `panel ${title}`, expr })),
  ),
  ...DASHBOARD.templating.list.flatMap(({ name, query }) =>
    typeof query === 'string' ? [] : [{ where: `variable ${name}`, expr: query.query }],
  ),
];

describe.each(QUERIES)('the query of $where', ({ expr }) => {
  it('uses metrics and labels that exist', async () => {
    const served = await servedMetrics();
    const used = metricsOf(expr);
    expect(used).not.toEqual([]);
    for (const { name, labels } of used) {
      expect([...served.keys()]).toContain(name);
      expect([...(served.get(name) ?? []), ...TARGET_LABELS]).toEqual(
        expect.arrayContaining(labels),
      );
    }
  });

  it('groups by labels that exist', async () => {
    const served = await servedMetrics();
    const known = [
      ...metricsOf(expr).flatMap(({ name }) => [...(served.get(name) ?? [])]),
      ...TARGET_LABELS,
    ];
    for (const [, list = ''] of expr.matchAll(/\bby *\(([^)]*)\)/g)) {
      expect(known).toEqual(expect.arrayContaining(list.split(',').map((label) => label.trim())));
    }
  });
});

describe.each(RULES)('$alert', ({ alert, labels, annotations }) => {
  it('has a severity, a summary, a description and a link to its section of the runbook', () => {
    expect(['critical', 'warning', 'info']).toContain(labels['severity']);
    expect(annotations['summary']).toMatch(/\w/);
    expect(annotations['description']).toMatch(/\.$/);
    expect(annotations['runbook_url']).toBe(
      `https://github.com/OWNER/podherald/blob/main/docs/runbook.md#${alert.toLowerCase()}`,
    );
  });

  it('has promtool tests in which it fires and does not fire', () => {
    const names = TESTS.map(({ name }) => name);
    expect(names.some((name) => name.startsWith(`${alert} fires: `))).toBe(true);
    expect(names.some((name) => name.startsWith(`${alert} does not fire: `))).toBe(true);
  });
});

describe('docs/runbook.md', () => {
  it('has one section for each alert, and no other', () => {
    const sections = RUNBOOK.map(({ alert }) => alert);
    expect(sections.toSorted()).toEqual(RULES.map(({ alert }) => alert).toSorted());
  });

  it.each(RUNBOOK)(
    'says what $alert means, what users notice, how to check and to fix it',
    ({ text }) => {
      for (const part of ['Meaning', 'What users notice', 'Check', 'Fix']) {
        expect(text).toContain(`**${part}.**`);
      }
    },
  );
});

describe('the dashboard', () => {
  const { panels } = DASHBOARD;

  it('has unique ids and titles', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it('has panels inside the 24 columns that do not overlap', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it('asks the chosen data source, and uses only variables that it declares', () => {
    const declared = [...DASHBOARD.templating.list.map(({ name }) => name), '__rate_interval'];
    for (const { datasource, targets = [] } of panels) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of Grafana.
      if (targets.length > 0) expect(datasource?.uid).toBe('${datasource}');
      for (const { expr } of targets) {
        const used = [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name);
        expect(declared).toEqual(expect.arrayContaining(used));
      }
    }
  });
});
