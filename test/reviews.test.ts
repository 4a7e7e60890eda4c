import { readdirSync, readFileSync } from 'node:fs';
import jsonpatch, { type Operation } from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { nameOnly, review } from '../src/core/admission/mutate.ts';
import { respond } from '../src/core/admission/response.ts';
import { type AdmissionRequest, isInvalid, parseReview } from '../src/core/admission/review.ts';
import { isObject, type Json } from '../src/core/api/json.ts';
import type { Container, Pod } from '../src/core/api/pod.ts';
import { defaultRules } from '../src/core/decision/rules.ts';
import { losses } from './support/only-adds.ts';
import { applyStrictly } from './support/strict-json-patch.ts';

const RULES = defaultRules('test');
const FOLDER = new URL('./reviews/', import.meta.url);

/** Expected outcome and reason of each captured review. The default is `injected`. */
const OUTCOMES: Readonly<Record<string, string>> = {
  '01-bare-pod': 'skipped not_requested',
  '10-container-named-ambassador': 'injected name_taken',
  '11-port-8001-declared': 'injected port_moved',
  '12-ambassador-port-taken': 'denied port_taken',
  '15-host-network-daemonset': 'injected host_network',
  '17-windows': 'injected windows',
  '20-automount-false-namespace-default': 'skipped not_requested',
  '28-env-pod-name-literal': 'injected env_exists',
  '29-env-refers-to-pod-name': 'skipped not_requested',
  '30-env-node-name-field-ref': 'skipped not_requested',
  '34-mount-at-etc-downward': 'injected mount_exists',
  '35-mount-below-etc-downward': 'injected mount_exists',
  '36-mount-around-etc-downward': 'injected mount_exists',
  '46-labels-dots-slashes': 'denied invalid_value',
  '48-value-yes': 'denied invalid_value',
  '50-value-empty': 'denied invalid_value',
  '51-value-false-over-namespace': 'skipped opted_out',
  '52-value-field-path': 'denied invalid_value',
  '53-metadata-env-faults': 'denied invalid_value',
  '55-both-forms-contradict': 'denied forms_contradict',
  '56-unknown-key': 'skipped not_requested',
  '65-mirror-pod': 'skipped mirror_pod',
  '70-namespace-asks-for-both': 'skipped not_requested',
  '71-namespace-contradicts': 'skipped not_requested',
  '75-cron-job': 'skipped not_requested',
};

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

it('reads all the captured reviews', () => expect(files).toHaveLength(78));

const reviews = await Promise.all(
  files.map(async (file) => {
    const request = read(file);
    const received = structuredClone(request.object);
    return { file, request, received, mutation: await review(request, nameOnly, RULES) };
  }),
);

describe.each(reviews)('$file', ({ file, request, received, mutation }) => {
  const before = request.object as Json;
  const after = applyStrictly(before, mutation.operations);

  it('gets the expected outcome and reason', () => {
    const outcome = [mutation.outcome, mutation.reason].filter(Boolean).join(' ');
    expect(outcome).toBe(OUTCOMES[file.replace('.json', '')] ?? 'injected');
  });

  it('is not changed in place', () => expect(before).toEqual(received));

  it('gets a patch with the same result in a strict JSON Patch reader and in fast-json-patch', () => {
    const copy: Json = structuredClone(before);
    const operations = mutation.operations as unknown as Operation[];
    expect(jsonpatch.applyPatch(copy, operations, true).newDocument).toEqual(after);
  });

  it('loses nothing', () => expect(losses(before, after)).toEqual([]));

  it('gets neither a patch nor audit annotations the second time', async () => {
    const again = await review({ ...request, object: after }, nameOnly, RULES);
    expect(again.operations).toEqual([]);
    if (again.outcome === 'unchanged') {
      expect(respond(request, again).response).not.toHaveProperty('auditAnnotations');
    }
  });

  it('gets volumes and mounts that the API server accepts', () => {
    if (mutation.operations.length > 0) expectValidVolumes(after as unknown as Pod);
  });
});

function read(file: string): AdmissionRequest {
  const review = parseReview(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  if (isInvalid(review)) throw new Error(review.invalid);
  return review;
}

/**
 * Checks what the validation of the API server requires: valid, unique volume names, unique mount
 * paths, and no mount without its volume. Also checks that a container's files are its own.
 */
function expectValidVolumes({ spec }: Pod): void {
  const names = (spec.volumes ?? []).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const mounts = container.volumeMounts ?? [];
    expect(new Set(mounts.map(({ mountPath }) => mountPath)).size).toBe(mounts.length);
    for (const { name } of mounts) expect(names).toContain(name);
    for (const name of resourceContainers(spec.volumes, container)) {
      expect(name).toBe(container.name);
    }
  }
}

/** The names of the containers whose resources a container's files in /etc/downward show. */
function resourceContainers(volumes: Pod['spec']['volumes'], container: Container): unknown[] {
  const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === '/etc/downward');
  const source = volumes?.find(({ name }) => name === mount?.name)?.['downwardAPI'];
  const items = isObject(source) && Array.isArray(source['items']) ? source['items'] : [];
  return items.flatMap((item) =>
    isObject(item?.resourceFieldRef) ? [item.resourceFieldRef['containerName']] : [],
  );
}
