import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { emptyConfig, printConfig } from '../../src/config/print.ts';
import type { Profile } from '../../src/core/decision/profiles.ts';
import type { Rules } from '../../src/core/decision/rules.ts';
import { compiled, configOf, EXAMPLE } from './configs.ts';

/** The rules without the description of profiles, for which the config has no field. */
function withoutDocs({ profiles, ...others }: Rules) {
  const items = ([name, { env, files }]: [string, Profile]) => [name, { env, files }] as const;
  return { ...others, profiles: new Map([...profiles].map(items)) };
}

describe('the printed config', () => {
  it.each([
    ['of all defaults', '{}'],
    ['of the example', EXAMPLE],
    [
      'with strings that need quotes in YAML',
      `profiles:
  odd:
    env:
      EMPTY: {value: ""}
      NUMBER: {value: "8080"}
      SOURCE: {value: metadata.name}
      LINES: {value: "a\\n  b: c\\n# d"}
      ESCAPED: $$(HOME)
      LONG: ${'x'.repeat(200)} $(EMPTY)
    files: {"a b: c": metadata.labels, "1": "limits.hugepages-2Mi:1Ki"}
`,
    ],
  ])('%s is parsed to the same config', (_, text) => {
    const again = printConfig(configOf(text));

    expect(withoutDocs(compiled(again).rules)).toEqual(withoutDocs(compiled(text).rules));
    expect(printConfig(configOf(again))).toBe(again);
  });

  it('contains every default and every built-in profile', () => {
    expect(parse(printConfig(emptyConfig()))).toMatchObject({
      apiVersion: 'podherald.dev/v1',
      kind: 'Config',
      annotationPrefix: 'podherald.dev/',
      onInvalid: 'deny',
      profiles: { default: { env: { POD_NAME: 'metadata.name' } }, otel: {}, go: {}, network: {} },
      metadata: { defaultProfile: 'default', path: '/etc/downward' },
      ambassador: { port: 8001, maxAccess: 'read-only', tokenSeconds: 3600 },
      exempt: { namespaces: [] },
      namespaces: { annotations: true },
    });
  });
});
