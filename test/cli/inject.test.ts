import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { makeFolder } from '../support/certificates.ts';
import { podherald } from '../support/run-command.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app
`;
const CONFIG_MAP = `# ours alone
apiVersion: v1
kind:   ConfigMap
metadata: {name: c}   # kept
`;

/** Writes files into a new folder. @returns their paths. */
function files(...contents: readonly string[]): string[] {
  const folder = makeFolder();
  return contents.map((content, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, content);
    return file;
  });
}

async function inject(content: string, ...args: readonly string[]) {
  const [file = ''] = files(content);
  return { file, ...(await podherald(['inject', '-f', file, ...args])) };
}

describe('inject', () => {
  it('uses the annotations of a Namespace in one file for pods in other files', async () => {
    const shop = 'metadata: {name: shop, annotations: {inject-metadata: network}}';
    const pod = 'metadata: {name: p, namespace: shop}\nspec: {containers: [{name: app}]}';
    const [one = '', other = ''] = files(
      `apiVersion: v1\nkind: Pod\n${pod}\n`,
      `apiVersion: v1\nkind: Namespace\n${shop}\n`,
    );
    const { stdout, stderr } = await podherald(['inject', '-f', one, '-f', other]);

    expect(stdout).toContain('POD_IPS');
    expect(stderr).toBe(
      'podherald: config: built-in config\npodherald: Pod shop/p: injected 4 variables\n',
    );
  });

  it('writes the manifest to standard output, and a summary to standard error', async () => {
    const { code, stdout, stderr } = await inject(POD);

    expect(code).toBe(0);
    expect(stdout).toContain('name: POD_NAME');
    expect(stderr).toBe(
      'podherald: config: built-in config\npodherald: Pod web: injected 7 variables, 1 volume\n',
    );
  });

  it('reads standard input', async () => {
    const { code, stdout } = await podherald(['inject', '-f', '-'], POD);

    expect(code).toBe(0);
    expect(stdout).toBe((await inject(POD)).stdout);
  });

  it('joins several files into one stream of documents', async () => {
    const [first = '', second = '', third = ''] = files(CONFIG_MAP, `---\n${POD}`, CONFIG_MAP);
    const { stdout } = await podherald(['inject', '-f', first, '-f', second, '-f', third]);
    const injected = (await inject(POD)).stdout;

    expect(stdout).toBe(`${CONFIG_MAP}---\n${injected}---\n${CONFIG_MAP}`);
  });

  it('starts a new line between files if the first file does not end with one', async () => {
    const [first = '', second = ''] = files(CONFIG_MAP.trimEnd(), CONFIG_MAP);
    const { stdout } = await podherald(['inject', '-f', first, '-f', second]);

    expect(stdout).toBe(`${CONFIG_MAP}---\n${CONFIG_MAP}`);
  });

  it.each([
    ['a byte order mark', `\uFEFF---\n${CONFIG_MAP}`],
    ['a directive', `%YAML 1.2\n---\n${CONFIG_MAP}`],
    ['no content', ''],
    ['a comment and a marker', `# ours\n---\n${CONFIG_MAP}`],
  ])('joins files into one stream of documents if one of them has %s', async (_, content) => {
    const [first = '', second = '', third = ''] = files(CONFIG_MAP, content, CONFIG_MAP);
    const { stdout } = await podherald(['inject', '-f', first, '-f', second, '-f', third]);
    const documents = [...parseAllDocuments(stdout)];
    const values = documents.map((document) => document.toJS()).filter((value) => value !== null);
    const inSecond = content === '' ? 0 : 1;

    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(values).toEqual(Array(2 + inSecond).fill(parse(CONFIG_MAP)));
  });

  it('adds the annotations of --annotate', async () => {
    const pod = POD.replace('inject-metadata: "true"', 'mine: "1"');
    const { stdout } = await inject(
      pod,
      '--annotate',
      'inject-metadata=true',
      '--annotate',
      'formula=a=b',
    );

    expect(stdout).toContain('    inject-metadata: "true"\n    formula: a=b\n');
    expect(stdout).toContain('name: POD_NAME');
  });
});

describe('inject -f FOLDER', () => {
  function folder(): string {
    const path = makeFolder();
    mkdirSync(join(path, 'inner'));
    for (const [name, text] of Object.entries({
      'b.yml': POD.replace('web', 'b'),
      'a.yaml': POD.replace('web', 'a'),
      'c.json': JSON.stringify(parse(POD.replace('web', 'c'))),
      'readme.md': '# no manifest',
      'inner/d.yaml': POD.replace('web', 'd'),
    })) {
      writeFileSync(join(path, name), text);
    }
    return path;
  }

  it('reads the manifests in the folder in the order of their names', async () => {
    const { stderr } = await podherald(['inject', '-f', folder()]);

    expect(stderr.match(/Pod \w/g)).toEqual(['Pod a', 'Pod b', 'Pod c']);
  });

  it('reads the folders in it with --recursive', async () => {
    const { stderr } = await podherald(['inject', '-R', '-f', folder()]);

    expect(stderr.match(/Pod \w/g)).toEqual(['Pod a', 'Pod b', 'Pod c', 'Pod d']);
  });

  it('writes each file with --in-place', async () => {
    const path = folder();
    const { stdout } = await podherald(['inject', '-f', path, '--in-place']);

    expect(stdout).toBe('');
    for (const name of ['a.yaml', 'b.yml', 'c.json']) {
      expect(readFileSync(join(path, name), 'utf8')).toContain('POD_NAME');
    }
  });
});

describe('inject keeps every byte, and says that there are no pods, of', () => {
  it.each([
    ['a manifest without pods', CONFIG_MAP],
    ['a manifest without a newline at the end', CONFIG_MAP.trimEnd()],
    ['Windows line endings', CONFIG_MAP.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${CONFIG_MAP}`],
    ['an empty file', ''],
    ['empty documents', '---\n---\n\n---\n'],
    ['comments', '# nothing\n\n# here\n'],
  ])('%s', async (_, content) => {
    const { code, stdout, stderr } = await inject(content);

    expect({ code, stdout }).toEqual({ code: 0, stdout: content });
    expect(stderr).toMatch(/^podherald: .*no pods or workloads.*\n$/);
  });
});

describe('inject ends with exit code 1, a line for each error, and no output', () => {
  it('if a file is missing', async () => {
    const { code, stdout, stderr } = await podherald(['inject', '-f', 'no/such/file.yaml']);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('podherald: cannot read no/such/file.yaml: no such file\n');
  });

  it('if a folder contains no manifests', async () => {
    const folder = join(makeFolder(), 'folder');
    mkdirSync(folder);
    const { code, stdout, stderr } = await podherald(['inject', '-f', folder]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `podherald: ${folder} contains no .yaml, .yml, .json files; --recursive includes the folders in it\n`,
    );
  });

  it.each([
    ['a list without its closing bracket', 'a: 1\nb: [1, 2\n', 4],
    ['a tab as indentation', 'a:\n\tb: 1\n', 2],
    ['an alias without an anchor', 'a: 1\nb: *c\n', 2],
    ['aliases that expand to 10,000 items', laughs(), 1],
  ])('if the input is not YAML: %s', async (_, content, line) => {
    const { file, code, stdout, stderr } = await inject(`${content}# inject-metadata\n---\n${POD}`);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`podherald: ${file}:${line}: `);
    expect(stderr).not.toContain('internal error');
  });

  it('if the input is not UTF-8, which it could not write back unchanged', async () => {
    const folder = makeFolder();
    const file = join(folder, 'latin1.yaml');
    writeFileSync(file, Buffer.from('# caf\u00e9\nkind: ConfigMap\n', 'latin1'));
    const { code, stdout } = await podherald(['inject', '-f', file]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('if a pod that requests something has containers that are a map', async () => {
    const pod = POD.replace('  containers:\n  - name: app\n', '  containers: {name: app}\n');
    const { file, code, stdout, stderr } = await inject(`${CONFIG_MAP}---\n${pod}`);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`podherald: ${file}:13: Pod web: spec.containers is not a list\n`);
  });

  it('if pods would be denied, with the errors of all files', async () => {
    const [one = '', other = ''] = files(
      `${POD.replace('"true"', '"yes"')}---\n${POD.replace('"true"', '"A=b"')}`,
      POD.replace('"true"', '""'),
    );
    const { code, stdout, stderr } = await podherald(['inject', '-f', one, '-f', other]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(`^podherald: ${one}:6: Pod web: inject-metadata: invalid value "yes"`),
      expect.stringMatching(`^podherald: ${one}:16: Pod web: inject-metadata: invalid value "A=b"`),
      expect.stringMatching(`^podherald: ${other}:6: Pod web: inject-metadata: invalid value ""`),
    ]);
  });

  it('if standard input is invalid, with the name standard input', async () => {
    const { code, stderr } = await podherald(['inject', '-f', '-'], POD.replace('"true"', '"yes"'));

    expect(code).toBe(1);
    expect(stderr).toMatch(/^podherald: standard input:6: Pod web: /);
  });
});

/** Four levels of ten aliases each. */
function laughs(): string {
  const ten = (item: string): string => `[${Array(10).fill(item).join(', ')}]`;
  return `a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: &c ${ten('*b')}\nd: &d ${ten('*c')}\n`;
}
