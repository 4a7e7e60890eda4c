import jsonpatch, { type Operation } from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AdmissionResponse } from '../src/core/admission/response.ts';
import type { Json } from '../src/core/api/json.ts';
import type { AddOperation } from '../src/core/api/json-patch.ts';
import { injectManifest } from '../src/manifests/inject.ts';
import {
  CASE_NAMESPACE,
  type Case,
  injectOptions,
  manifestOf,
  mutateCase,
  outcomeOf,
  readCaseFile,
  readCases,
} from './support/cases.ts';
import { losses } from './support/only-adds.ts';
import { applyStrictly } from './support/strict-json-patch.ts';
import { operationsOf, webhookDoor } from './support/webhook-door.ts';

const STATUS = /^\/metadata\/annotations\/podherald\.dev~1status$/;

describe.each(readCases())('$name', (golden) => {
  const { name, pod, podText } = golden;
  const expected = parse(readCaseFile(name, 'outcome.yaml'));
  const mutation = mutateCase(pod, golden);
  const injects = mutation.operations.length > 0;
  const patch: AddOperation[] = injects ? JSON.parse(readCaseFile(name, 'patch.json')) : [];
  const injectedText = injects ? readCaseFile(name, 'injected.yaml') : podText;
  const injected: Json = parse(injectedText);

  it('comes out of mutate() as written down', () => {
    expect(outcomeOf(pod, mutation)).toEqual(expected);
    expect(mutation.operations).toEqual(patch);
  });

  it('comes out of `inject` as written down, byte for byte', () => {
    const result = injectManifest(manifestOf(golden, podText), injectOptions(golden));
    const refused = expected.outcome === 'denied';
    expect(result.faults.length > 0).toBe(refused);
    expect(result.text).toBe(manifestOf(golden, injectedText));
  });

  it('comes out of POST /mutate as written down', async () => {
    const response = await post(pod, golden);
    expect(response.allowed).toBe(expected.outcome !== 'denied');
    expect(response.warnings).toEqual(expected.warnings);
    expect(response.status?.message).toEqual(expected.message);
    expect(operationsOf(response)).toEqual(patch);
  });

  it('applies under a strict reader and under fast-json-patch, to the same pod', () => {
    const copy: Json = structuredClone(pod);
    const applied = jsonpatch.applyPatch(copy, patch as Operation[], true).newDocument;
    expect(applied).toEqual(injected);
    expect(applyStrictly(pod, patch)).toEqual(injected);
  });

  it('only adds, but for the status of a copied pod', () => {
    const before = structuredClone(pod) as { metadata: { annotations?: Record<string, string> } };
    if (patch.some(({ path }) => STATUS.test(path))) {
      delete before.metadata.annotations?.['podherald.dev/status'];
    }
    expect(losses(before as unknown as Json, injected)).toEqual([]);
  });

  it('has nothing left to do the second time, through every door', async () => {
    expect(mutateCase(injected, golden).operations).toEqual([]);
    const again = manifestOf(golden, injectedText);
    expect(injectManifest(again, injectOptions(golden)).text).toBe(again);
    expect(operationsOf(await post(injected, golden))).toEqual([]);
  });
});

function post(object: Json, { namespace, rules }: Case): Promise<AdmissionResponse> {
  return webhookDoor(rules, () => namespace).review(object, { namespace: CASE_NAMESPACE });
}
