import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';

const PROXY = { name: 'HTTP_PROXY', value: 'http://proxy.example.com:3128' };

function findingsFor(container: object, annotations = { 'inject-ambassador': 'true' }) {
  const pod = {
    metadata: { name: 'web', annotations },
    spec: { containers: [{ name: 'app', image: 'app', ...container }] },
  };
  return mutate(pod, { name: 'shop' }, defaultRules('0')).findings;
}

describe('requests to the ambassador', () => {
  it.each([
    ['without exceptions', [PROXY]],
    ['in lower case', [{ ...PROXY, name: 'http_proxy' }]],
    ['for all protocols', [{ ...PROXY, name: 'ALL_PROXY' }]],
    ['from a Secret', [{ name: 'HTTP_PROXY', valueFrom: { secretKeyRef: {} } }]],
    ['with other exceptions', [PROXY, { name: 'NO_PROXY', value: '.svc,10.0.0.0/8,localhost' }]],
    ['with a similar address', [PROXY, { name: 'NO_PROXY', value: '10.127.0.1' }]],
    ['with a range that few clients know', [PROXY, { name: 'no_proxy', value: '127.0.0.0/8' }]],
    ['with another loopback address', [PROXY, { name: 'no_proxy', value: '127.0.0.2' }]],
    [
      'with exceptions that others override',
      [PROXY, { name: 'no_proxy', value: '.svc' }, { name: 'NO_PROXY', value: '127.0.0.1' }],
    ],
    ['with empty exceptions', [PROXY, { name: 'NO_PROXY' }]],
  ])('may go to a proxy %s', (_title, env) => {
    expect(findingsFor({ env })).toMatchObject([
      { reason: 'http_proxy', slots: { container: 'app', variable: env[0]?.name } },
    ]);
  });

  it.each([
    ['the exceptions contain it', [PROXY, { name: 'NO_PROXY', value: '.svc, 127.0.0.1' }]],
    ['the proxy is set twice, at last to nothing', [PROXY, { name: 'HTTP_PROXY', value: '' }]],
    [
      'the container has its own KUBE_API_URL',
      [PROXY, { name: 'KUBE_API_URL', value: 'http://a' }],
    ],
    ['everything is an exception', [PROXY, { name: 'NO_PROXY', value: '*' }]],
    ['the exceptions are unknown', [PROXY, { name: 'NO_PROXY', valueFrom: {} }]],
    ['the exceptions refer to others', [PROXY, { name: 'NO_PROXY', value: '$(NONE),.svc' }]],
    ['the proxy is empty', [{ name: 'HTTP_PROXY', value: '' }]],
    ['the proxy is for HTTPS only', [{ ...PROXY, name: 'HTTPS_PROXY' }]],
  ])('go to no proxy if %s', (_title, env) => {
    const reasons = findingsFor({ env }).map(({ reason }) => reason);

    expect(reasons).not.toContain('http_proxy');
  });

  it('may have exceptions from a ConfigMap', () => {
    const envFrom = [{ configMapRef: { name: 'proxy' } }];

    expect(findingsFor({ env: [PROXY], envFrom })).toEqual([]);
  });

  it('do not exist without an ambassador', () => {
    expect(findingsFor({ env: [PROXY] }, { 'inject-ambassador': 'false' })).not.toMatchObject([
      { reason: 'http_proxy' },
    ]);
  });
});
