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

  it('accepts every alerting rule', async () => {
    const { stdout } = await run(promtool, [
      'check',
      'rules',
      join(ROOT, 'deploy/monitoring/podherald-alerts.yaml'),
    ]);
    expect(stdout).toContain('SUCCESS: 17 rules found');
  });

  it('sees each alert fire and not fire', async () => {
    const { stdout } = await run(promtool, [
      'test',
      'rules',
      join(ROOT, 'deploy/monitoring/podherald-alerts.test.yaml'),
    ]);
    expect(stdout).toContain('SUCCESS');
  });
});
