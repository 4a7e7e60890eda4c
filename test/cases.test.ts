import jsonpatch, { type Operation } from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AdmissionResponse } from '../src/core/admission/response.ts';
import type { Json } from '../src/core/api/json.ts';
import type { AddOperation } from '../src/core/api/json-patch.ts';
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
import { injectManifest } from './support/manifests.ts';
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

  it('gets the expected outcome and patch from mutate()', () => {
    expect(outcomeOf(pod, mutation)).toEqual(expected);
    expect(mutation.operations).toEqual(patch);
  });

  it('gets the expected manifest from `podherald inject`, byte for byte', () => {
    const result = injectManifest(manifestOf(golden, podText), injectOptions(golden));
    const isDenied = expected.outcome === 'denied';
    expect(result.faults.length > 0).toBe(isDenied);
    expect(result.text).toBe(manifestOf(golden, injectedText));
  });

  it('gets the expected response from POST /mutate', async () => {
    const response = await post(pod, golden);
    expect(response.allowed).toBe(expected.outcome !== 'denied');
    expect(response.warnings).toEqual(expected.warnings);
    expect(response.status?.message).toEqual(expected.message);
    expect(operationsOf(response)).toEqual(patch);
  });

  it('becomes the expected pod when a strict JSON Patch reader or fast-json-patch applies the patch', () => {
    const copy: Json = structuredClone(pod);
    const applied = jsonpatch.applyPatch(copy, patch as Operation[], true).newDocument;
    expect(applied).toEqual(injected);
    expect(applyStrictly(pod, patch)).toEqual(injected);
  });

  it('loses nothing, except the status annotation of a pod that it was copied from', () => {
    const before = structuredClone(pod) as { metadata: { annotations?: Record<string, string> } };
    if (patch.some(({ path }) => STATUS.test(path))) {
      delete before.metadata.annotations?.['podherald.dev/status'];
    }
    expect(losses(before as unknown as Json, injected)).toEqual([]);
  });

  it('is not changed by a second injection, in mutate(), `podherald inject` and POST /mutate', async () => {
    expect(mutateCase(injected, golden).operations).toEqual([]);
    const again = manifestOf(golden, injectedText);
    expect(injectManifest(again, injectOptions(golden)).text).toBe(again);
    expect(operationsOf(await post(injected, golden))).toEqual([]);
  });
});

function post(object: Json, { namespace, rules }: Case): Promise<AdmissionResponse> {
  return webhookDoor(rules, () => namespace).review(object, { namespace: CASE_NAMESPACE });
}
