// hack/release/notes.ts VERSION: prints the notes of a release, which are its section of CHANGELOG.md. Fails if the version is
// not the one that the package, the chart and the files for pipelines name, or if the changelog has no such section.
import { readFileSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';
import { problemsOf, sectionOf } from './release.ts';

const [, , version = ''] = argv;
const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const problems = problemsOf(version, read);
for (const problem of problems) stderr.write(`release: ${problem}\n`);
if (problems.length > 0) exit(1);
stdout.write(`${sectionOf(read('CHANGELOG.md'), version)}\n`);
