import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/api/json.ts';
import { misplacedIn } from '../../src/diagnosis/audit-result.ts';
import { findMisplaced, misplacedSentences } from '../../src/diagnosis/misplaced-annotations.ts';
import { findWorkloads } from '../../src/manifests/workloads.ts';

const PREFIX = 'podherald.dev/';
const AMBASSADOR = { 'inject-ambassador': 'true' };

type Annotations = Readonly<Record<string, string>>;

function deployment(annotations: Annotations, ofTemplate: Annotations = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: {
      template: {
        metadata: { annotations: ofTemplate },
        spec: { containers: [{ name: 'app' }] },
      },
    },
  };
}

function misplacedOn(object: JsonObject) {
  return findWorkloads(object).flatMap((workload) => misplacedIn(workload, PREFIX));
}

function sentences(object: JsonObject): string[] {
  return findWorkloads(object).flatMap((workload) => {
    const misplaced = findMisplaced(workload, PREFIX);
    return misplaced === undefined ? [] : misplacedSentences(misplaced);
  });
}

describe('misplaced annotations', () => {
  it('are no mistake if the template has the same value in other letters', () => {
    expect(
      sentences(deployment({ 'inject-metadata': 'TRUE ' }, { 'inject-metadata': 'true' })),
    ).toEqual([]);
  });

  it('are moved by a command in ASCII, whatever their values are', () => {
    const [{ remedy } = { remedy: { commands: [''] } }] = misplacedOn(
      deployment({ 'inject-metadata': 'a\u009bb' }),
    );

    expect(remedy.commands[0]).toContain(String.raw`"inject-metadata":"a\u009bb"`);
  });

  it('are also those of the Job template of a CronJob', () => {
    const cronJob = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly', annotations: { inject_metadata: 'true' } },
      spec: {
        jobTemplate: {
          metadata: { annotations: AMBASSADOR },
          spec: { template: { spec: { containers: [{ name: 'app' }] } } },
        },
      },
    };

    expect(sentences(cronJob)).toEqual([
      'inject-ambassador on the CronJob or its jobTemplate: no effect on its pods; set it on the pod template (spec.jobTemplate.spec.template.metadata.annotations)',
      'inject_metadata on the CronJob or its jobTemplate: not an annotation of podherald; did you mean inject-metadata?',
    ]);
  });

  it.each<[string, Annotations, Annotations]>([
    ['all annotations', { ...AMBASSADOR, 'podherald.dev/ambassador-access': 'full' }, {}],
    ['an annotation next to others', AMBASSADOR, { 'inject-metadata': 'true' }],
    ['an annotation that the template overrides', AMBASSADOR, { 'inject-ambassador': 'false' }],
  ])('are moved to the pod template with one command: %s', (_, annotations, ofTemplate) => {
    const before = deployment(annotations, ofTemplate);
    const [command = '', ...others] = misplacedOn(before).flatMap(({ remedy }) => remedy.commands);
    const patch = JSON.parse(command.slice(command.indexOf("'") + 1, -1));
    const after = mergePatch(before, patch) as JsonObject;

    expect(others).toEqual([]);
    expect(misplacedOn(after)).toEqual([]);
    expect(after).toMatchObject({
      spec: { template: { metadata: { annotations: { ...annotations, ...ofTemplate } } } },
    });
  });

  it('with an unknown key are left to their author', () => {
    const [misplaced] = misplacedOn(deployment({ 'podherald.dev/inject-metadta': 'true' }));

    expect(misplaced?.annotations).toMatchObject([
      { unknown: { hint: '; did you mean inject-metadata?' } },
    ]);
    expect(misplaced?.remedy.commands).toEqual(['kubectl edit deployment/web -n shop']);
  });

  it.each<[string, Annotations, Annotations]>([
    ['the same annotation', { 'inject-metadata': 'true' }, { 'inject-metadata': 'true' }],
    [
      'its other spelling',
      { 'inject-metadata': 'true' },
      { 'podherald.dev/inject-metadata': 'true' },
    ],
  ])('are none if the pod template has %s', (_, annotations, ofTemplate) => {
    expect(misplacedOn(deployment(annotations, ofTemplate))).toEqual([]);
  });

  it('are none if podherald writes them', () => {
    expect(misplacedOn(deployment({ 'podherald.dev/status': '{}' }))).toEqual([]);
  });

  it('have a sentence for each kind of mistake', () => {
    const annotations = {
      'podherald.dev/metadata-env': 'A=metadata.uid',
      'podherald.dev/inject-metadta': 'x',
      'inject-metadata': 'false',
    };

    expect(sentences(deployment(annotations, { 'inject-metadata': 'true' }))).toEqual([
      'podherald.dev/metadata-env on the Deployment: no effect on its pods; set it on the pod template (spec.template.metadata.annotations)',
      'inject-metadata on the Deployment: no effect on its pods; the pod template (spec.template.metadata.annotations) sets another value, which is used',
      'podherald.dev/inject-metadta on the Deployment: not an annotation of podherald; did you mean inject-metadata?',
    ]);
  });
});

/** RFC 7386, as `kubectl patch --type merge` applies it. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null) return patch;
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}
