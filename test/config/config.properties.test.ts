import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../src/config/compile.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { printConfig } from '../../src/config/print.ts';
import type { Config } from '../../src/config/schema.ts';
import { mutate } from '../../src/core/admission/mutate.ts';
import type { Json } from '../../src/core/api/json.ts';
import { makePod } from '../support/review.ts';

/** Mostly valid values, and some invalid ones. */
const name = fc.constantFrom('A', 'B', 'POD_IP', 'constructor', '__proto__', 'my-var');
const source = fc.constantFrom(
  'metadata.name',
  "metadata.annotations['a.b/c']",
  'limits.memory:1Mi',
  'requests.hugepages-2Mi',
  'status.podIPs',
);
const literal = fc.constantFrom('$(A)', '$(B) $(A)', '$$(C)', '$(POD_IP):$$$(B)', '$(nope)');
const envItem = fc.oneof(
  { weight: 5, arbitrary: source },
  { weight: 3, arbitrary: literal },
  { weight: 2, arbitrary: fc.record({ value: fc.oneof(literal, fc.string()) }) },
  { weight: 1, arbitrary: fc.constantFrom('container.name', 'metadata.labels', 8080, null) },
);
const file = fc.constantFrom('a', 'b', 'c/d', 'c', '1', 'ü', '../x', 'x'.repeat(255));
const fileItem = fc.constantFrom(
  'metadata.labels',
  'limits.cpu:1m',
  'metadata.uid',
  'status.podIP',
);

const profile = fc.record(
  {
    env: fc.dictionary(name, envItem, { maxKeys: 4 }),
    files: fc.dictionary(file, fileItem, { maxKeys: 3 }),
  },
  { requiredKeys: [] },
);
const config = fc.record(
  {
    annotationPrefix: fc.constantFrom('a.example.com', 'podherald.dev/', 'x', 'kubernetes.io'),
    onInvalid: fc.constantFrom('deny', 'warn'),
    profiles: fc.dictionary(fc.constantFrom('default', 'team', 'go', '2', 'yes'), profile, {
      maxKeys: 3,
    }),
    metadata: fc.record(
      {
        defaultProfile: fc.constantFrom('default', 'team', 'otel'),
        path: fc.constantFrom('/etc/pod', '/a', '/with space/ü', '/', '/a/../b'),
      },
      { requiredKeys: [] },
    ),
    exempt: fc.record({ namespaces: fc.constantFrom([], ['shop'], ['other']) }),
    namespaces: fc.record({ annotations: fc.boolean() }),
    ambassador: fc.record({ runAsUser: fc.constantFrom(1000, 'inherit') }),
  },
  { requiredKeys: [] },
);

/** Checks the promise for every valid config, and that there are enough of them. */
function checkAccepted(promise: (config: Config, written: unknown) => void): void {
  let accepted = 0;
  const property = fc.property(config, (written) => {
    const parsed = parseConfig(JSON.stringify(written));
    if ('faults' in parsed) return;
    accepted += 1;
    promise(parsed.config, written);
  });
  fc.assert(property, { numRuns: 500 });
  expect(accepted).toBeGreaterThan(50);
}

it('a valid config never causes a denial or a fail-open', () => {
  checkAccepted((accepted) => {
    const { rules } = compile(accepted, 'test');
    for (const request of ['true', ...rules.profiles.keys(), [...rules.profiles.keys()].join()]) {
      const pod = makePod({ 'inject-metadata': request });
      expect(mutate(pod, { name: 'shop' }, rules).outcome).not.toBe('failed_open');
      expect(mutate(pod, { name: 'shop' }, rules).outcome).not.toBe('denied');
    }
  });
});

it('the JSON Schema accepts every config that the parser accepts', () => {
  const accepts = new Ajv().compile(configJsonSchema());
  checkAccepted((_, written) => {
    accepts(written);
    expect(accepts.errors).toBeNull();
  });
});

it('a printed config is parsed to the same config', () => {
  checkAccepted((accepted) => {
    const printed = printConfig(accepted);
    const again = parseConfig(printed);
    expect('config' in again && printConfig(again.config)).toBe(printed);
  });
});

it('parsing never throws for any text', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `profiles: ${json}`),
  );
  fc.assert(
    fc.property(text, (any) => {
      const parsed = parseConfig(any);
      expect('config' in parsed || parsed.faults.length > 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

it('parsing never throws for any value of any field', () => {
  const fields = fc.constantFrom('profiles', 'metadata', 'ambassador', 'exempt', 'namespaces');
  fc.assert(
    fc.property(fields, fc.json({ maxDepth: 5 }), (field, json) => {
      const value: Json = { [field]: JSON.parse(json) };
      expect(parseConfig(JSON.stringify(value))).toBeTypeOf('object');
    }),
    { numRuns: 1000 },
  );
});
