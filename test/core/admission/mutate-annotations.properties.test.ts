import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Outcome } from '../../../src/core/admission/mutation.ts';
import type { Json } from '../../../src/core/api/json.ts';
import { ANNOTATION_NAMES } from '../../../src/core/decision/annotations.ts';
import { logSentenceOf, sentenceOf } from '../../../src/core/decision/findings.ts';
import { FIELDS } from '../../../src/core/decision/sources.ts';
import { losses } from '../../support/only-adds.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';
import { RULES } from '../pods.ts';

const source = fc.oneof(
  fc.constantFrom(
    ...Object.keys(FIELDS),
    "metadata.labels['app']",
    'limits.cpu:1m',
    'limits.memory',
  ),
  fc.string(),
);
const name = fc.oneof(fc.constantFrom('A', 'POD_NAME', 'labels', 'labels/app', 'a/b'), fc.string());
const items = fc
  .array(fc.tuple(name, source), { maxLength: 4 })
  .map((pairs) => pairs.map(([left, right]) => `${left}=${right}`).join(','));
const value = fc.oneof(
  items,
  fc.constantFrom(
    'true',
    'false',
    'default,otel',
    'yes',
    '',
    '/run/x',
    '/',
    '!app',
    'app',
    'app,web',
    'namespace',
    'full',
    '8001',
    '9001',
  ),
  fc.string(),
);
const key = fc
  .constantFrom(...ANNOTATION_NAMES, 'metadata-evn')
  .chain((one) => fc.constantFrom(one, `podherald.dev/${one}`));
const annotations = fc.dictionary(key, value, { maxKeys: 6 });
const rules = fc
  .constantFrom('deny', 'warn')
  .map((onInvalid) => ({ ...RULES, onInvalid }) as const);

function podWith(own: Readonly<Record<string, string>>): Json {
  const containers = [
    { name: 'app', ports: [{ containerPort: 8001 }] },
    { name: 'web', env: [{ name: 'A', value: '' }] },
  ];
  return { metadata: { annotations: own }, spec: { containers } };
}

describe('mutate() with any annotations of the pod and its namespace', () => {
  it('only adds to the pod, and adds nothing in a second call', () => {
    fc.assert(
      fc.property(annotations, annotations, rules, (own, defaults, given) => {
        const pod = podWith(own);
        const shop = { name: 'shop', annotations: defaults };
        const mutation = mutate(pod, shop, given);
        expect(mutation.outcome).not.toBe('failed_open');
        const after = applyStrictly(pod, mutation.operations);
        const { 'podherald.dev/status': _, ...others } = own;
        expect(losses(podWith(others), after)).toEqual([]);
        expect(mutate(after, shop, given).operations).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('denies a pod only for its own annotations', () => {
    fc.assert(
      fc.property(annotations, annotations, rules, (own, defaults, given) => {
        const outcome = (annotations: Readonly<Record<string, string>>): Outcome =>
          mutate(podWith(own), { name: 'shop', annotations }, given).outcome;
        expect(outcome(defaults) === 'denied').toBe(outcome({}) === 'denied');
        if (given.onInvalid === 'warn') expect(outcome(defaults)).not.toBe('denied');
      }),
      { numRuns: 2000 },
    );
  });

  it('explains each finding in one line, in a warning and in the log', () => {
    fc.assert(
      fc.property(annotations, annotations, rules, (own, defaults, given) => {
        const { findings } = mutate(podWith(own), { name: 'shop', annotations: defaults }, given);
        for (const sentence of findings.flatMap((one) => [sentenceOf(one), logSentenceOf(one)])) {
          expect(sentence).toMatch(/^\P{Cc}+$/u);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('writes nothing that the pod says into the log', () => {
    const marked = fc.dictionary(
      key,
      value.map((text) => text.replaceAll(/[a-z]+(?=$|,|=)/gi, (word) => `${word}qzx`)),
      { maxKeys: 6 },
    );
    const podOf = (own: Readonly<Record<string, string>>): Json => ({
      metadata: { annotations: { ...own, 'podherald.dev/qzx': 'true' } },
      spec: {
        hostPID: true,
        containers: [
          {
            name: 'qzx',
            env: [{ name: 'POD_NAME', value: 'qzx' }],
            ports: [{ containerPort: 8001 }],
          },
        ],
      },
    });
    fc.assert(
      fc.property(marked, rules, (own, given) => {
        const { findings } = mutate(podOf(own), { name: 'shop' }, given);
        expect(findings.map(logSentenceOf).filter((sentence) => sentence.includes('qzx'))).toEqual(
          [],
        );
      }),
      { numRuns: 2000 },
    );
  });
});
