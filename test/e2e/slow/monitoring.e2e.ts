import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const DRILL = new URL('../../../hack/monitoring/drill.ts', import.meta.url).pathname;

// The drill fails if a rule is not loaded, a panel has no data, or an alert does not fire or resolve.
it('loads every rule, finds data for every panel, and lets each alert fire and resolve', async () => {
  // An error of execFile shows standard error only.
  const { stdout } = await promisify(execFile)(process.execPath, [DRILL]).catch((error) => error);
  expect(stdout).toContain('every alert fired and resolved');
});
