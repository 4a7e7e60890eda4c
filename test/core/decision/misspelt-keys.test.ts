import { describe, expect, it } from 'vitest';
import { ANNOTATION_KEYS, ANNOTATION_NAMES } from '../../../src/core/decision/annotations.ts';
import { meantKey } from '../../../src/core/decision/misspelt-keys.ts';
import { unknownKeyHint } from '../../../src/core/decision/read-annotations.ts';

const PREFIX = 'podherald.dev/';

/** The names that people write. */
const NAMES = ANNOTATION_NAMES.filter((name) => ANNOTATION_KEYS[name].on.length > 0);

/** A text with one letter left out, replaced or added, at each position. */
function edited(text: string): string[] {
  return [...text].flatMap((_, at) => {
    const [before, after] = [text.slice(0, at), text.slice(at + 1)];
    return [before + after, `${before}q${after}`, `${before}q${text.slice(at)}`];
  });
}

describe('unknownKeyHint()', () => {
  it.each([
    ['podherald.dev/metadata_env', 'podherald.dev/metadata-env'],
    ['podherald.dev/metadata-envs', 'podherald.dev/metadata-env'],
    ['podherald.dev/inject-metdata', 'inject-metadata'],
    ['metadata-env', 'podherald.dev/metadata-env'],
  ])('names for %s a key that works: %s', (key, meant) => {
    expect(unknownKeyHint(key, PREFIX)).toBe(`; did you mean ${meant}?`);
    expect(unknownKeyHint(meant, PREFIX)).toBeUndefined();
  });

  it.each(['podherald.dev/Status', 'podherald.dev/kubeconfg'])(
    'does not suggest a key that only podherald writes: %s',
    (key) => {
      expect(unknownKeyHint(key, PREFIX)).toBe('');
    },
  );
});

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

  /** The part in brackets is misspelt. The regular expression in front of the comparison must lose none of them. */
  it.each([
    ...['inject-metadata', 'inject-ambassador'].map((name) => ['', name, '', name, 2] as const),
    ...NAMES.flatMap((name) => {
      const meant = ANNOTATION_KEYS[name].bare ? name : PREFIX + name;
      return [
        ['', 'podherald.dev', `/${name}`, meant, 2] as const,
        ['', 'podherald', `.io/${name}`, meant, 1] as const,
        ['podherald.io/', name, '', meant, 2] as const,
      ];
    }),
  ])('knows %s[%s]%s with wrong letters anywhere', (before, misspelt, after, meant, edits) => {
    const wrong = edits === 2 ? edited(misspelt).flatMap(edited) : edited(misspelt);
    const keys = new Set(wrong.map((one) => before + one + after));
    const unknown = [...keys].filter(
      (key) => key !== meant && !key.startsWith(PREFIX) && meantKey(key, PREFIX) !== meant,
    );

    expect(keys.size).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });

  it('takes no time for thousands of long keys', () => {
    const start = process.cpuUsage();
    for (let index = 0; index < 50_000; index++) {
      meantKey(`inject-${'x'.repeat(60)}${index}`, PREFIX);
    }

    expect(process.cpuUsage(start).user / 1_000_000).toBeLessThan(1);
  });
});
