import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartFiles, valuesPage } from '../hack/helm/chart.ts';
import { VERSION } from '../src/version.ts';

const CHART = new URL('../deploy/helm/podherald/', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, CHART), 'utf8');
}

const accepts = new Ajv({ strict: false }).compile(JSON.parse(read('values.schema.json')));

describe('the Helm chart', () => {
  it.each([...chartFiles(VERSION)])(
    'has an up-to-date %s (to update it, run npm run deploy)',
    (path, text) => {
      expect(read(path)).toBe(text);
    },
  );

  it('has an up-to-date table of values (to update it, run npm run deploy)', () => {
    expect(read('../../../docs/reference/helm-values.md')).toBe(valuesPage());
  });

  it('has the version of package.json', () => {
    expect(parse(read('Chart.yaml'))).toMatchObject({ version: VERSION, appVersion: VERSION });
  });

  it('accepts its own values.yaml', () => {
    accepts(parse(read('values.yaml')));
    expect(accepts.errors).toBeNull();
  });

  it.each([
    { replicas: 3, tls: 'cert-manager', image: { repository: 'a.example.com/b', tag: '1' } },
    { config: { onInvalid: 'warn', exempt: { namespaces: ['one'] } } },
    { nodeSelector: { disk: 'ssd' }, runAsUser: null, global: { anything: 1 } },
  ])('accepts %j', (values) => {
    expect(accepts(values)).toBe(true);
  });

  it.each([
    { replica: 3 },
    { replicas: 0 },
    { replicas: '2' },
    { image: { tags: '1' } },
    { image: { digest: 'latest' } },
    { tls: 'self-signed' },
    { failurePolicy: 'fail' },
    { port: 443 },
    { imagePullSecrets: ['registry'] },
    { nodeSelector: { gpu: true } },
    { serviceMonitor: { enable: true } },
    { config: { exempts: {} } },
    { config: { onInvalid: 'ignore' } },
  ])('rejects %j', (values) => {
    expect(accepts(values)).toBe(false);
  });

  it('never renders caBundle', () => {
    const templates = read('templates/_webhooks.tpl') + read('templates/webhook.yaml');
    expect(templates).toContain('clientConfig:');
    expect(templates).not.toMatch(/^ *caBundle:/m);
  });
});
