import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { injectManifests } from '../../src/manifests/inject.ts';
import { uninjectManifests } from '../../src/manifests/uninject.ts';

/** Joins texts until the result has a length. */
function grown(length: number, make: (index: number) => string): string {
  const parts: string[] = [];
  for (let index = 0, done = 0; done < length; index += 1) {
    const part = make(index);
    parts.push(part);
    done += part.length;
  }
  return parts.join('');
}

/** A pod that requests metadata, with other lines of its annotations and of its spec. */
const podWith = (annotations: string, spec = ''): string => `apiVersion: v1
kind: Pod
metadata:
  annotations:
    inject-metadata: "true"
${annotations}spec:
${spec}  containers:
  - name: app
`;

/** Before, the first six took from 5 s to several minutes. */
const TEXTS: Readonly<Record<string, string>> = {
  'blank lines at the end of a scalar': podWith(`    x: |\n${'\n'.repeat(100_000)}`),
  'blank lines of CRLF at the end of a scalar': podWith(`    x: |\n${'\r\n'.repeat(50_000)}`),
  'blank lines in a scalar': podWith(`    x: |\n      a\n${'\n'.repeat(100_000)}      b\n`),
  'many annotations': podWith(grown(100_000, (index) => `    k${index}: a\n`)),
  'many top-level keys': `${grown(100_000, (index) => `k${index}: a\n`)}${podWith('')}`,
  'many aliases': `a: &p {}\nx: [${'*p,'.repeat(1_000)}]\n${podWith('')}`,
  'many anchors': `${grown(50_000, (index) => `k${index}: &a${index} b\n`)}l: *a0\n${podWith('')}`,
  'many comments': podWith('    # c\n'.repeat(15_000), '  # c\n'.repeat(15_000)),
  'many env vars': `${podWith('')}    env:\n${grown(80_000, (index) => `    - {name: A${index}, value: b}\n`)}`,
  'many volumes': podWith(
    '',
    `  volumes:\n${grown(80_000, (index) => `  - name: v${index}\n    emptyDir: {}\n`)}`,
  ),
};

/** In milliseconds of CPU time. `inject` parses a text several times. */
const LIMIT_MS = 5_000;

describe('a long manifest is injected and uninjected in a few seconds:', () => {
  it.each(Object.entries(TEXTS))('%s', (_, text) => {
    const options = { rules: defaultRules('test'), namespace: 'shop', annotate: new Map() };
    const before = process.cpuUsage();
    const [injected] = injectManifests([text], options);
    const [restored] = uninjectManifests([injected?.text ?? ''], options);
    const { user, system } = process.cpuUsage(before);

    expect((user + system) / 1000).toBeLessThan(LIMIT_MS);
    expect(injected?.faults).toEqual([]);
    expect(injected?.text).not.toBe(text);
    expect(restored?.text).toBe(text);
  });
});

describe('a manifest that cannot be read is a fault of both commands:', () => {
  it.each([
    [
      'an alias inside its own list',
      'kind: A\ninject-metadata: &a [*a]\n',
      2,
      /inside the value of its own anchor/,
    ],
    [
      'an alias inside its own map',
      'a: &a {b: {c: *a}}\n',
      1,
      /inside the value of its own anchor/,
    ],
    [
      'a merge key inside its own map',
      'a: &a\n  <<: *a\n',
      2,
      /inside the value of its own anchor/,
    ],
    ['thousands of aliases', `a: &p {}\nx: [${'*p,'.repeat(1_001)}]\n`, 2, /at most 1000 aliases/],
    ['a list of thousands of levels', '['.repeat(5_000) + ']'.repeat(5_000), 1, /nested too deep/],
    [
      'a map of thousands of levels',
      '{a: '.repeat(5_000) + '}'.repeat(5_000),
      1,
      /nested too deep/,
    ],
  ])('%s', (_, text, line, words) => {
    const options = { rules: defaultRules('test'), namespace: 'shop', annotate: new Map() };
    const faults = [{ line, message: expect.stringMatching(words) }];

    const requesting = `${text}# inject-metadata\n`;

    expect(injectManifests([requesting], options)[0]?.faults).toEqual(faults);
    expect(uninjectManifests([requesting], options)[0]?.faults).toEqual(faults);
  });
});
