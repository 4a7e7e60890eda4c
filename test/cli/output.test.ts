import { expect, it } from 'vitest';
import { unifiedDiff } from '../../src/cli/output.ts';

const BEFORE = 'a\nb\nc\n';
const AFTER = 'a\nB\nc\n';

it('shows changed lines with the lines around them', () => {
  expect(unifiedDiff(BEFORE, AFTER, { colour: false })).toBe('@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n');
});

it('colours changed lines on a terminal', () => {
  const [cyan, red, green, plain] = [36, 31, 32, 39].map((code) => `\u001b[${code}m`);

  expect(unifiedDiff(BEFORE, AFTER, { colour: true })).toBe(
    `${cyan}@@ -1,3 +1,3 @@${plain}\n a\n${red}-b${plain}\n${green}+B${plain}\n c\n`,
  );
});
