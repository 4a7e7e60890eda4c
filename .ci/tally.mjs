// node .ci/tally.mjs FOLDER [FAILED_STAGE...]
// Adds up vitest's JSON reports (unit.json, browser.json and e2e.json in FOLDER) and prints "N passed, N failed" as the last line.
// Exits with 1 if a test or a stage failed, if one of the reports has no passed test, or if an e2e test was skipped.
// Plain JavaScript without packages, because it also has to run when `npm ci` has failed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...failedStages] = process.argv.slice(2);

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
const browser = read('browser');
const e2e = read('e2e');
const problems = failedStages.map((stage) => `stage failed: ${stage}`);
if (unit.passed === 0) problems.push('no unit test passed');
if (browser.passed === 0) problems.push('no browser test passed');
if (e2e.passed === 0) problems.push('no e2e test passed');
if (e2e.skipped > 0) problems.push(`e2e tests skipped: ${e2e.skipped}`);
for (const problem of problems) console.log(`FAILED: ${problem}`);

// A problem without a failed test still counts as one failure.
const failed = Math.max(unit.failed + browser.failed + e2e.failed, problems.length > 0 ? 1 : 0);
console.log(`${unit.passed + browser.passed + e2e.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
