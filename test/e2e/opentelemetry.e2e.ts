import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { container, podSpec } from './objects.ts';
import { test } from './suite.ts';

test.override('config', { cluster: { name: 'prod-eu' } });

/** Prints the resource that OpenTelemetry's SDK for Node.js detects in its environment. */
const PROGRAM = `
import { detectResources, envDetector } from '@opentelemetry/resources';
const { attributes } = detectResources({ detectors: [envDetector] });
console.log(JSON.stringify(attributes));`;

test('a program with OpenTelemetry’s SDK detects the attributes that the page lists', async ({
  namespace,
}) => {
  const labels = { app: 'web' };
  const annotations = {
    'inject-metadata': 'otel',
    'resource.opentelemetry.io/team': 'Zahlungen & Gebühren, 100 % $(HOME)',
  };
  const template = { metadata: { labels, annotations }, spec: podSpec([container('app')]) };
  await namespace.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template },
  });
  await namespace.wait('deployment/web', 'condition=Available');
  const [pod] = await namespace.podsOf('app=web');
  const { name = '', uid }: { name?: string; uid?: string } = pod?.metadata ?? {};

  const env = await namespace.exec(name, 'env');
  const variables = env.split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    encoding: 'utf8',
    env: Object.fromEntries(variables.filter(([variable]) => variable.startsWith('OTEL_'))),
  });
  expect(JSON.parse(printed)).toEqual({
    team: annotations['resource.opentelemetry.io/team'],
    'service.name': 'web',
    'service.namespace': namespace.name,
    'service.version': 'latest',
    'service.instance.id': `${namespace.name}.${name}.app`,
    'k8s.cluster.name': 'prod-eu',
    'k8s.namespace.name': namespace.name,
    'k8s.node.name': pod?.spec.nodeName,
    'k8s.deployment.name': 'web',
    'k8s.pod.name': name,
    'k8s.pod.uid': uid,
    'k8s.container.name': 'app',
    'container.image.name': 'busybox',
    'container.image.tags': 'latest',
  });
});
