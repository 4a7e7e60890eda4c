import { describe, expect, it } from 'vitest';
import { meantKey } from '../../../src/core/decision/misspelt-keys.ts';

const PREFIX = 'podherald.dev/';

describe('meantKey()', () => {
  it.each([
    ['inject-metdata', 'inject-metadata'],
    ['inject_metadata', 'inject-metadata'],
    ['Inject-Metadata', 'inject-metadata'],
    ['injectMetadata', 'inject-metadata'],
    ['inject.metadata', 'inject-metadata'],
    ['inject-metadatas', 'inject-metadata'],
    ['inject-meta-data', 'inject-metadata'],
    ['inejct-metadata', 'inject-metadata'],
    ['inject-ambasador', 'inject-ambassador'],
    ['INJECT_AMBASSADOR', 'inject-ambassador'],
    ['metadata-env', 'podherald.dev/metadata-env'],
    ['ambassador-port', 'podherald.dev/ambassador-port'],
    ['metadataPath', 'podherald.dev/metadata-path'],
    ['podherald.io/inject-metadata', 'inject-metadata'],
    ['podherald/inject-metadata', 'inject-metadata'],
    ['podherald.com/metadata_files', 'podherald.dev/metadata-files'],
    ['pod-herald.dev/inject-ambassador', 'inject-ambassador'],
    ['podhearld.dev/metadata-env', 'podherald.dev/metadata-env'],
    ['Podherald.dev/inject-metadata', 'inject-metadata'],
  ])('knows what %s was meant to be', (key, meant) => {
    expect(meantKey(key, PREFIX)).toBe(meant);
  });

  it('knows the default prefix under another one, and misspelt forms of that', () => {
    expect(meantKey('podherald.dev/metadata-env', 'example.com/')).toBe('example.com/metadata-env');
    expect(meantKey('exmple.com/inject-metadata', 'example.com/')).toBe('inject-metadata');
  });

  /** Annotations that users of other projects write, and a few of a user's own. */
  it.each([
    ...['linkerd.io/inject', 'config.linkerd.io/skip-outbound-ports', 'sidecar.istio.io/inject'],
    ...['traffic.sidecar.istio.io/excludeOutboundPorts', 'inject.istio.io/templates'],
    ...[
      'proxy.istio.io/config',
      'kuma.io/sidecar-injection',
      'kuma.io/inject',
      'k8s.linkerd.io/inject',
    ],
    ...['consul.hashicorp.com/connect-inject', 'consul.hashicorp.com/service-metadata'],
    ...['vault.hashicorp.com/agent-inject', 'vault.hashicorp.com/agent-inject-secret-config'],
    ...['vault.security.banzaicloud.io/vault-addr', 'injector.tumblr.com/request'],
    ...[
      'injector.tumblr.com/inject',
      'operator.1password.io/inject',
      'sidecar.jaegertracing.io/inject',
    ],
    ...['sidecar.opentelemetry.io/inject', 'instrumentation.opentelemetry.io/inject-java'],
    ...[
      'instrumentation.opentelemetry.io/inject-nodejs',
      'dapr.io/enabled',
      'dapr.io/inject-pluggable',
    ],
    ...['cert-manager.io/inject-ca-from', 'cert-manager.io/inject-apiserver-ca', 'k8tz.io/inject'],
    ...['getambassador.io/config', 'telepresence.getambassador.io/inject-traffic-agent'],
    ...[
      'getambassador.io/metadata',
      'ambassador/config',
      'app.kubernetes.io/name',
      'meta.helm.sh/release-name',
    ],
    ...['kubectl.kubernetes.io/default-container', 'prometheus.io/scrape', 'checksum/config'],
    ...['admission.datadoghq.com/enabled', 'newrelic.com/inject', 'fluentbit.io/parser', 'inject'],
    ...[
      'inject-istio',
      'injection',
      'inject-sidecar',
      'inject-env',
      'metadata',
      'metadata-version',
    ],
    ...['metadata-paths', 'ambassador', 'ambassador-config', 'example.com/inject-metadata-now'],
    ...[
      'example.com/inject-metadata',
      'my.org/metadata-env',
      'status',
      'kubeconfig',
      'injected-metadata-v2',
    ],
    ...['security.example.org/podherald', 'podherald.dev.example.org/note'],
  ])('leaves %s alone', (key) => {
    expect(meantKey(key, PREFIX)).toBeUndefined();
  });

  it('takes no time for thousands of long keys', () => {
    const start = process.cpuUsage();
    for (let index = 0; index < 50_000; index++) {
      meantKey(`inject-${'x'.repeat(60)}${index}`, PREFIX);
    }

    expect(process.cpuUsage(start).user / 1_000_000).toBeLessThan(1);
  });
});
