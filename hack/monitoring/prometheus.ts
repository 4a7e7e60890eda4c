import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '../../test/e2e/addresses.ts';

const HERE = new URL('.', import.meta.url).pathname;
const MONITORING = new URL('../../deploy/monitoring/', import.meta.url);

export interface FiringAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A Prometheus with the rules of deploy/monitoring, which wait for seconds instead of minutes. */
export class Prometheus {
  readonly #url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    [this.#url, this.#child] = [url, child];
  }

  static async start(folder: string, scrapeConfigs: readonly object[]): Promise<Prometheus> {
    const config = {
      global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
      rule_files: ['rules.yaml'],
      scrape_configs: scrapeConfigs,
    };
    writeFileSync(join(folder, 'prometheus.yaml'), stringify(config));
    writeFileSync(
      join(folder, 'rules.yaml'),
      hasty(readFileSync(new URL('podherald-alerts.yaml', MONITORING), 'utf8')),
    );
    mkdirSync(join(folder, 'data'));
    const programs = execFileSync(join(HERE, 'prometheus'), { encoding: 'utf8' }).trim();
    const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const flags = [`--config.file=${folder}/prometheus.yaml`, `--storage.tsdb.path=${folder}/data`];
    const child = spawn(
      join(programs, 'prometheus'),
      [...flags, `--web.listen-address=${address}`, '--log.level=error'],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    return new Prometheus(`http://${address}`, child);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  async isReady(): Promise<boolean> {
    const response = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
    return response?.ok ?? false;
  }

  /** Returns the names of the loaded rules with their health. */
  async rules(): Promise<Map<string, string>> {
    const { groups } = (await this.#get('/api/v1/rules')) as {
      groups: { rules: { name: string; health: string }[] }[];
    };
    return new Map(
      groups.flatMap(({ rules }) => rules.map(({ name, health }) => [name, health] as const)),
    );
  }

  async firing(): Promise<FiringAlert[]> {
    const { alerts } = (await this.#get('/api/v1/alerts')) as { alerts: FiringAlert[] };
    return alerts.filter(({ state }) => state === 'firing');
  }

  /** Returns the number of series that an expression has now, without those that are NaN. */
  async count(expression: string): Promise<number> {
    const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
    const { result } = (await this.#get(path)) as { result: { value: [number, string] }[] };
    return result.filter(({ value: [, value] }) => value !== 'NaN').length;
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(this.#url + path);
    const { data, error } = (await response.json()) as { data: unknown; error?: string };
    if (error !== undefined) throw new Error(`Prometheus: ${path}: ${error}`);
    return data;
  }
}

/** Shortens the times of the rules: alerts fire after 4 s, and look back for 30 s. */
function hasty(rules: string): string {
  return rules
    .replaceAll(/^( +for:) .*$/gm, '$1 4s')
    .replaceAll(/\[\d+m\]/g, '[30s]')
    .replaceAll(/offset \d+m/g, 'offset 30s');
}

/** The expressions of the dashboard by panel, with values for its variables. */
export function panelQueries(): { panel: string; expression: string }[] {
  const { panels } = JSON.parse(
    readFileSync(new URL('podherald-dashboard.json', MONITORING), 'utf8'),
  ) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expression: expr
        .replaceAll('$__rate_interval', '30s')
        .replaceAll(/\$(job|namespace)\b/g, '.*'),
    })),
  );
}

/** Repeats `check` each second. @throws Error after `seconds` */
export async function until(
  what: string,
  seconds: number,
  check: () => Promise<boolean>,
): Promise<number> {
  const begin = Date.now();
  while (!(await check())) {
    if (Date.now() - begin > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(1000);
  }
  return Math.round((Date.now() - begin) / 1000);
}
