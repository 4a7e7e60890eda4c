import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { emptyConfig, printConfig } from '../../src/config/print.ts';
import type { Profile } from '../../src/core/decision/profiles.ts';
import type { Rules } from '../../src/core/decision/rules.ts';
import { compiled, configOf, EXAMPLE } from './configs.ts';

/** The rules as far as a config can say them: it has no place for a profile's sentence. */
function sayable({ profiles, ...others }: Rules) {
  const items = ([name, { env, files }]: [string, Profile]) => [name, { env, files }] as const;
  return { ...others, profiles: new Map([...profiles].map(items)) };
}

describe('the printed config', () => {
  it.each([
    ['of all defaults', ''],
    ['of the example', EXAMPLE],
    [
      'with texts that YAML could take for something else',
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
  ])('%s reads as the same again', (_, text) => {
    const again = printConfig(configOf(text));

    expect(sayable(compiled(again).rules)).toEqual(sayable(compiled(text).rules));
    expect(printConfig(configOf(again))).toBe(again);
  });

  it('has every default and every built-in profile written out', () => {
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
