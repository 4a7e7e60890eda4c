import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = new URL('../../', import.meta.url).pathname;

describe("promtool of Debian's package prometheus", () => {
  let promtool: string;

  beforeAll(() => {
    const folder = execFileSync(join(ROOT, 'hack/monitoring/prometheus'), { encoding: 'utf8' });
    promtool = join(folder.trim(), 'promtool');
  });

  async function promtoolOn(command: 'check' | 'test', file: string): Promise<string> {
    const path = join(ROOT, 'deploy/monitoring', file);
    return (await run(promtool, [command, 'rules', path])).stdout;
  }

  it('accepts every alerting rule', async () => {
    expect(await promtoolOn('check', 'podherald-alerts.yaml')).toContain('SUCCESS: 17 rules found');
  });

  it('sees each alert fire and not fire', async () => {
    expect(await promtoolOn('test', 'podherald-alerts.test.yaml')).toContain('SUCCESS');
  });
});
