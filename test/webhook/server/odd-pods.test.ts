import { describe, expect, it } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../../src/core/api/json.ts';
import { losses } from '../../support/only-adds.ts';
import { makePod, makeReview, REQUESTING_POD } from '../../support/review.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';
import { operationsOf, webhookDoor } from '../../support/webhook-door.ts';

const ASKS = { 'inject-metadata': 'true' };

describe('a pod that the API server will reject is admitted unchanged:', () => {
  it.each<[string, Json]>([
    ['no object', null],
    ['a list', []],
    ['a string', 'pod'],
    ['no spec', { metadata: { annotations: ASKS } }],
    ['spec: null', { metadata: { annotations: ASKS }, spec: null }],
    ['no containers', { metadata: { annotations: ASKS }, spec: {} }],
    ['containers: null', makePod(ASKS, { containers: null })],
    ['containers: []', makePod(ASKS, { containers: [] })],
    ['containers as a string', makePod(ASKS, { containers: 'app' })],
    ['containers as a map', makePod(ASKS, { containers: { app: {} } })],
    ['a container that is null', makePod(ASKS, { containers: [null] })],
    ['a container without a name', makePod(ASKS, { containers: [{ image: 'busybox' }] })],
    ['env as a map', makePod(ASKS, { containers: [{ name: 'app', env: { A: 'b' } }] })],
    [
      'an env without a name',
      makePod(ASKS, { containers: [{ name: 'app', env: [{ value: 'b' }] }] }),
    ],
    ['volumes as a string', makePod(ASKS, { volumes: 'all' })],
    [
      'annotations as a list',
      { ...REQUESTING_POD, metadata: { annotations: ['inject-metadata'] } },
    ],
    ['an annotation that is a boolean', makePod({ 'inject-metadata': true })],
    ['an annotation that is an object', makePod({ ...ASKS, other: {} })],
    ['metadata as a string', { ...REQUESTING_POD, metadata: 'web' }],
  ])('%s', async (_, object) => {
    const response = await webhookDoor().review(object);

    expect(response).toEqual({
      uid: expect.any(String),
      allowed: true,
      auditAnnotations: { outcome: 'skipped', reason: 'malformed_pod' },
    });
  });
});

describe('an unusual but valid pod gets what it requests:', () => {
  it.each<[string, Json]>([
    [
      'only a generateName',
      { ...REQUESTING_POD, metadata: { generateName: 'w-', annotations: ASKS } },
    ],
    ['env, volumes and mounts of null', podOfNulls()],
    ['no image', makePod(ASKS, { containers: [{ name: 'app' }] })],
    ['200 KiB of annotations', makePod({ ...ASKS, notes: 'n'.repeat(200 * 1024) })],
    ['fields that are newer than podherald', podOfTheFuture()],
    ['300 containers', makePod(ASKS, { containers: names(300).map((name) => ({ name })) })],
    ['env names like members of every object', podWithEnv('__proto__', 'constructor', 'toString')],
    ['annotations and labels like members of every object', podWithMembersOfObject()],
  ])('%s', async (_, object) => {
    const response = await webhookDoor().review(object);
    const injected = applyStrictly(object, operationsOf(response));

    expect(response.auditAnnotations).toMatchObject({ outcome: 'injected' });
    expect(losses(object, injected)).toEqual([]);
    expect(firstEnvOf(injected)).toContain('POD_NAME');
  });
});

describe('annotations that fill the API server’s 256 KiB', () => {
  it('leave the pod its metadata, without the status annotation', async () => {
    const room = 256 * 1024 - 'inject-metadata'.length - 'true'.length - 'notes'.length;
    const response = await webhookDoor().review(makePod({ ...ASKS, notes: 'n'.repeat(room) }));
    const paths = operationsOf(response).map(({ path }) => path);

    expect(paths).toContain('/spec/volumes');
    expect(paths.filter((path) => path.startsWith('/metadata'))).toEqual([]);
  });
});

describe('annotations called __proto__', () => {
  it('request nothing, whatever they hold', async () => {
    const pod = JSON.parse(
      '{"spec":{"containers":[{"name":"a"}]},"metadata":{"annotations":null}}',
    );
    pod.metadata.annotations = JSON.parse('{"__proto__":"true","constructor":"true"}');
    const response = await webhookDoor().review(pod);

    expect(response.auditAnnotations).toEqual({ outcome: 'skipped', reason: 'not_requested' });
  });

  it('cannot stand in for metadata', async () => {
    const text = JSON.stringify(makeReview({ spec: { containers: [{ name: 'a' }] } }));
    const door = webhookDoor();
    const { body } = await door.post(
      text.replace(
        '"spec"',
        '"__proto__":{"metadata":{"annotations":{"inject-metadata":"true"}}},"spec"',
      ),
    );

    expect(JSON.parse(body).response.auditAnnotations.reason).toBe('not_requested');
  });
});

function podOfNulls(): JsonObject {
  const container = { name: 'app', env: null, volumeMounts: null, resources: null };
  return makePod(ASKS, { containers: [container], initContainers: null, volumes: null });
}

function podOfTheFuture(): JsonObject {
  const container = { name: 'app', dreams: [{ of: 'sheep' }], resources: { wishes: { a: 1 } } };
  const volume = { name: 'v', hologram: { beams: [1, 2] } };
  return makePod(ASKS, { containers: [container], volumes: [volume], mood: { serene: true } });
}

function podWithEnv(...envNames: readonly string[]): JsonObject {
  const env = envNames.map((name) => ({ name, value: 'own' }));
  return makePod(ASKS, { containers: [{ name: 'constructor', env }] });
}

/** Object literals would set the prototype. */
function podWithMembersOfObject(): JsonObject {
  const members =
    '{"__proto__":"a","constructor":"b","hasOwnProperty":"c","inject-metadata":"true"}';
  return {
    ...REQUESTING_POD,
    metadata: { annotations: JSON.parse(members), labels: JSON.parse(members) },
  };
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `app-${index}`);
}

function firstEnvOf(pod: Json): unknown[] {
  const spec = isObject(pod) && isObject(pod['spec']) ? pod['spec'] : {};
  const containers = (spec['containers'] ?? []) as { env: { name: string }[] }[];
  return containers[0]?.env.map(({ name }) => name) ?? [];
}
