/** The longest text that kubelet can mount: a ConfigMap holds at most 1 MiB. */
const CONFIG_MAP_BYTES = 1024 * 1024;
/** Just below the limit of a config. */
const CONFIG_BYTES = 262_000;

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

const repeated = (text: string, length: number): string =>
  text.repeat(Math.floor(length / text.length));

/** A config with one profile, whose env grows to a length. */
const envOf = (length: number, make: (index: number) => string): string =>
  `profiles:\n  team:\n    env:\n${grown(length, (index) => `      ${make(index)}\n`)}`;

/** Texts that are no valid config, by what is wrong with them. */
export const INVALID_TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'white space': ' \n\t\n',
  'a NUL byte': '\0',
  'an alias inside its own anchor': 'profiles: &a {x: *a}',
  'an alias inside its own list': '&a [*a]',
  'a merge key inside its own anchor': 'profiles: &a {<<: *a}',
  'an alias in a key of its own anchor': '&a {? *a : 1}',
  'a merge key with a scalar': 'profiles: {<<: 1}',
  'a list as key': '[[1]]: 1',
  'an alias without an anchor': 'a: *none',
  'a billion laughs': laughs('xxxxxxxxx', (name) => `[${Array(9).fill(`*${name}`).join()}]`),
  'a billion laughs of merge keys': laughs('{a: 1}', (name) => `{b: *${name}, <<: [*${name}]}`),
  'a long chain of aliases': grown(
    100_000,
    (index) => `- &a${index} {x: 1${index > 0 ? `, y: *a${index - 1}` : ''}}\n`,
  ),
  'a binary tag': 'a: !!binary "AAAA"',
  'a field named __proto__': '__proto__: {onInvalid: deny}',
  'a profile named __proto__': 'profiles: {__proto__: {env: {}}}',
  'a field named constructor': 'constructor: {prototype: 1}',
  'duplicate keys': repeated('a: 1\n', CONFIG_BYTES),
  'many flow keys': `{${grown(CONFIG_BYTES, (index) => `k${index}: 1,`)}}`,
  'many unknown fields': grown(100_000, (index) => `k${index}: 1\n`),
  'many comments': grown(CONFIG_BYTES, (index) => `# c\nk${index}: 1 # d\n`),
  'many documents': repeated('---\na\n', CONFIG_BYTES),
  'many aliases': `a: &p {}\nx: [${repeated('*p,', 60_000)}]`,
  'many merge keys': `a: &p {b: 1}\nx:\n  <<: [${repeated('*p,', 60_000)}]`,
  'many anchors and aliases': `${grown(50_000, (index) => `- &a${index} 1\n`)}${grown(50_000, (index) => `- *a${index}\n`)}`,
  'a list 200 levels deep': '['.repeat(200) + ']'.repeat(200),
  'a map 1000 levels deep': grown(500_000, (index) => `${' '.repeat(index)}a:\n`),
  '1 MiB of [': '['.repeat(CONFIG_MAP_BYTES),
  '1 MiB of {a:': repeated('{a: ', CONFIG_MAP_BYTES),
  '256 KiB of [': '['.repeat(CONFIG_BYTES),
  '256 KiB of ]': ']'.repeat(CONFIG_BYTES),
  '256 KiB of dashes': repeated('- ', CONFIG_BYTES),
  '256 KiB of commas': `[${','.repeat(CONFIG_BYTES)}]`,
  '256 KiB of colons': repeated(': ', CONFIG_BYTES),
  '256 KiB of quotes': '"'.repeat(CONFIG_BYTES),
  '256 KiB of invalid escapes': `"${repeated('\\q', CONFIG_BYTES)}"`,
  '256 KiB of NUL bytes': '\0'.repeat(CONFIG_BYTES),
  '256 KiB of tags': repeated('!a ', CONFIG_BYTES),
  '256 KiB of blank lines in a scalar': `a: |\n${'\n'.repeat(CONFIG_BYTES)}`,
  'a number of 256 KiB': `ambassador: {port: ${'9'.repeat(CONFIG_BYTES)}}`,
  'a quantity of 256 KiB': `ambassador: {resources: {limits: {cpu: "${'1'.repeat(CONFIG_BYTES)}x"}}}`,
  'an image of 256 KiB': `ambassador: {image: "${repeated('a__', CONFIG_BYTES)}!"}`,
  'a prefix of 256 KiB': `annotationPrefix: ${repeated('a-.', CONFIG_BYTES)}`,
  'a mount path of 256 KiB': `metadata: {path: "${repeated('/a', CONFIG_BYTES)}:"}`,
  'an unknown profile beside many': `metadata: {defaultProfile: zzz}\nprofiles:\n${grown(70_000, (index) => `  p${index}: {}\n`)}`,
  'many invalid profiles': `profiles:\n${grown(80_000, (index) => `  P${index}: {b: 1}\n`)}`,
  'many invalid namespaces': `exempt: {namespaces: [${repeated('1,', 40_000)}]}`,
  'many unknown references': envOf(CONFIG_BYTES / 2, (index) => `A${index}: $(B${index})`),
  'many unknown references in one string': envOf(
    1,
    () => `A: "${grown(CONFIG_BYTES, (index) => `$(B${index})`)}"`,
  ),
  'many circular references': envOf(CONFIG_BYTES / 2, (index) => `A${index}: $(A${index})`),
  'every variable refers to each other one': denseReferences(180),
  'one circle of thousands of variables': envOf(
    130_000,
    (index) => `A${index}: $(A${index + 1}) $(A0)`,
  ),
  'files in one another': `profiles:\n  team:\n    files:\n      a: metadata.uid\n${grown(80_000, (index) => `      a/${index}: metadata.uid\n`)}`,
};

/** Texts with an unusual but valid config. */
export const UNUSUAL_TEXTS: Readonly<Record<string, string>> = {
  'a chain of thousands of references': `${envOf(120_000, (index) => `A${index}: $(A${index + 1})`)}      A${chainLength()}: metadata.uid\n`,
  'thousands of variables': envOf(150_000, (index) => `A${index}: metadata.uid`),
  'thousands of profiles': `profiles:\n${grown(70_000, (index) => `  p${index}: {}\n`)}`,
  'a path of hundreds of folders': `profiles: {team: {files: {${repeated('a/', 1_000)}b: metadata.uid}}}`,
};

/** The number of the first variable that a chain of 120,000 characters does not define. */
function chainLength(): number {
  return grown(120_000, (index) => `      A${index}: $(A${index + 1})\n`).split('\n').length - 1;
}

function denseReferences(count: number): string {
  const all = Array.from({ length: count }, (_, index) => `$(A${index})`).join('');
  const lines = Array.from({ length: count }, (_, index) => `      A${index}: "${all}"\n`);
  return `profiles:\n  team:\n    env:\n${lines.join('')}`;
}

/** Ten anchors, each a value of aliases to the one before. */
function laughs(first: string, next: (name: string) => string): string {
  const names = [...'abcdefghij'];
  return names
    .map((name, index) => `${name}: &${name} ${next(names[index - 1] ?? name)}\n`)
    .join('')
    .replace(/.*\n/, `a: &a ${first}\n`);
}
