import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { dropShadowed, GO_YAML } from '../../src/manifests/go-yaml.ts';
import { SCALARS } from '../support/go-yaml-scalars.ts';
import { injectText } from '../support/manifests.ts';

function read(text: string): unknown {
  const document = parseDocument(text, GO_YAML);
  expect(document.errors).toEqual([]);
  dropShadowed(document);
  return document.toJS();
}

describe('YAML is read as kubectl reads it:', () => {
  it.each(SCALARS)('%j is %j', (text, value) => {
    expect(read(`a: ${text}\n`)).toEqual({ a: value });
  });

  it.each([
    ['yes', 'true'],
    ['off', 'false'],
    ['0644', '420'],
    ['"yes"', 'yes'],
    ['~', ''],
  ])('the key %s is %j', (text, key) => {
    expect(read(`${text}: 1\n`)).toEqual({ [key]: 1 });
  });

  it('uses the last one of several equal keys', () => {
    expect(read('a: 1\nb: {c: 1, "c": 2}\na: 3\n')).toEqual({ a: 3, b: { c: 2 } });
  });

  it('reads a long text of digits in linear time', () => {
    const start = process.cpuUsage();
    read(`a: ${'1'.repeat(500_000)}x\nb: ${'1_'.repeat(250_000)}e\n`);
    const { user } = process.cpuUsage(start);

    expect(user / 1_000_000).toBeLessThan(2);
  });
});

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: {inject-ambassador: "true"}
spec:
  hostNetwork: VALUE
  containers: [{name: app}]
`;

describe('inject', () => {
  it.each(['yes', 'Yes', 'on', 'y', 'true', 'TRUE'])(
    'adds no ambassador to a pod with hostNetwork: %s',
    (value) => {
      const { reports, text } = injectText(POD.replace('VALUE', value));

      expect(reports[0]?.mutation.reason).toBe('host_network');
      expect(text).not.toContain('kubectl');
    },
  );

  it.each(['no', 'off', 'n', 'false'])('adds one with hostNetwork: %s', (value) => {
    expect(injectText(POD.replace('VALUE', value)).reports[0]?.mutation.outcome).toBe('injected');
  });

  it('counts a port that is written in another base', () => {
    const port = '{name: app, ports: [{containerPort: 0x1f41}]}';
    const { text } = injectText(POD.replace('VALUE', 'false').replace('{name: app}', port));

    expect(text).toContain('--port=8002');
    expect(text).toContain('containerPort: 0x1f41');
  });

  it('rejects an annotation without quotes that kubectl reads as a boolean', () => {
    const { faults } = injectText(
      POD.replace('inject-ambassador: "true"', 'inject-ambassador: yes').replace('VALUE', 'false'),
    );

    expect(faults).toMatchObject([{ message: expect.stringContaining('is not a string') }]);
  });

  it('injects at the last one of duplicate keys, and says so', () => {
    const twice = `${POD.replace('  hostNetwork: VALUE\n', '')}  containers:\n  - name: other\n`;
    const { text, notes, faults } = injectText(twice, { 'inject-metadata': 'true' });

    expect(faults).toEqual([]);
    expect(notes).toEqual([
      {
        line: 7,
        message: 'the key containers is also on line 8; that last one is used, as kubectl does',
      },
    ]);
    expect(read(text)).toMatchObject({
      spec: { containers: [{ name: 'other', env: expect.anything() }] },
    });
    expect(text).toContain('containers: [{name: app}]\n');
  });
});
