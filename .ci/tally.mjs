// tally.mjs FOLDER [BROKEN STAGE...]: adds up vitest's JSON reports of .ci/run, and fails unless
// both runs have passed and none of the tests against a cluster was left out.
// Plain JavaScript for any Node, because it also has to count when `npm ci` has failed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...brokenStages] = process.argv.slice(2);

function read(run) {
  const file = join(folder, `${run}.json`);
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
  };
}

const unit = read('unit');
const e2e = read('e2e');
const faults = brokenStages.map((stage) => `the stage "${stage}" failed`);
if (unit.passed === 0) faults.push('no unit test has passed');
if (e2e.passed === 0) faults.push('no test against the cluster has passed');
if (e2e.skipped > 0) faults.push(`${e2e.skipped} tests against the cluster were skipped`);
for (const fault of faults) console.log(`FAILED: ${fault}`);

// Where a stage broke without a failed test, something has failed all the same.
const failed = Math.max(unit.failed + e2e.failed, faults.length > 0 ? 1 : 0);
console.log(`${unit.passed + e2e.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
