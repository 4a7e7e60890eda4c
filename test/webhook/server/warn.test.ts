import { describe, expect, it } from 'vitest';
import { BROKEN_RULES } from '../../support/broken-rules.ts';
import { LEVEL } from '../../support/log-lines.ts';
import { makeReview } from '../../support/review.ts';
import { type WebhookDoor, webhookDoor } from '../../support/webhook-door.ts';

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', annotations: { 'inject-metadata': 'secret-text' } },
  spec: { template: { spec: { containers: [{ name: 'app' }] } } },
};

const JSON_TYPE = { 'content-type': 'application/json' };

function warn(door: WebhookDoor, payload: string) {
  return door.app.inject({ method: 'POST', url: '/warn', headers: JSON_TYPE, payload });
}

async function answered(object: unknown, door = webhookDoor()) {
  const { statusCode, body } = await warn(door, JSON.stringify(makeReview(object as never)));
  expect(statusCode).toBe(200);
  return { response: JSON.parse(body).response, door };
}

function nested(depth: number): unknown {
  return JSON.parse(`${'{"spec":'.repeat(depth)}1${'}'.repeat(depth)}`);
}

describe('POST /warn', () => {
  it('answers with warnings, and counts and logs them without text of the object', async () => {
    const { response, door } = await answered(DEPLOYMENT);

    expect(response).toEqual({
      uid: expect.any(String),
      allowed: true,
      warnings: [
        'podherald: inject-metadata on the Deployment has no effect; set it in spec.template.metadata.annotations',
      ],
    });
    const lines = door.lines.filter(({ level }) => level > LEVEL.debug);
    expect(lines).toMatchObject([{ msg: 'workload review', name: 'web', warnings: 1 }]);
    expect(JSON.stringify(lines)).not.toContain('secret-text');
    expect(await door.metrics()).toContain('podherald_workload_reviews_total{result="warned"} 1');
    expect(await door.metrics()).not.toMatch(/podherald_reviews_total\{[^}]*\} [1-9]/);
  });

  it('says nothing about a good object', async () => {
    const { response, door } = await answered({ ...DEPLOYMENT, metadata: { name: 'web' } });

    expect(response).toEqual({ uid: expect.any(String), allowed: true });
    expect(await door.metrics()).toContain('podherald_workload_reviews_total{result="silent"} 1');
  });

  it.each([
    ['null', null],
    ['a list', [DEPLOYMENT]],
    ['deep nesting', nested(5000)],
    ['a template that nests deeply', { ...DEPLOYMENT, spec: { template: nested(5000) } }],
    ['a List of itself', { kind: 'List', apiVersion: 'v1', items: [DEPLOYMENT, null, 'x'] }],
    [
      'a name with control characters',
      { ...DEPLOYMENT, metadata: { name: '\u001b[2J\n::error::' } },
    ],
    [
      'many misspelt keys',
      {
        ...DEPLOYMENT,
        metadata: {
          annotations: Object.fromEntries(
            Array.from({ length: 5000 }, (_, index) => [`inject-metdata-${index}`, 'true']),
          ),
        },
      },
    ],
    [
      'a key named __proto__',
      JSON.parse(
        '{"kind":"Deployment","apiVersion":"apps/v1","__proto__":{"a":1},"metadata":{"annotations":{"__proto__":"x"}}}',
      ),
    ],
    ['a template that is a text', { ...DEPLOYMENT, spec: { template: 'x' } }],
    ['annotations that are a list', { ...DEPLOYMENT, metadata: { annotations: ['x'] } }],
    [
      'annotations of other types',
      { ...DEPLOYMENT, metadata: { annotations: { 'inject-metadata': { a: 1 } } } },
    ],
    [
      'a pod that would be denied',
      { ...DEPLOYMENT, kind: 'Pod', spec: DEPLOYMENT.spec.template.spec },
    ],
  ])('allows %s, and never patches', async (_name, object) => {
    const { response } = await answered(object);

    expect(response.allowed).toBe(true);
    expect(response).not.toHaveProperty('patch');
    expect(response).not.toHaveProperty('status');
  });

  it('allows an object if podherald itself fails, and logs the error', async () => {
    const { metadata, spec } = DEPLOYMENT;
    const template = { ...spec.template, metadata: { annotations: { 'inject-metadata': 'true' } } };
    const object = { ...DEPLOYMENT, metadata, spec: { template } };
    const { response, door } = await answered(object, webhookDoor(BROKEN_RULES));

    expect(response).toEqual({ uid: expect.any(String), allowed: true });
    expect(door.lines).toMatchObject([{ level: 50, msg: 'workload review failed' }]);
    expect(await door.metrics()).toContain('podherald_workload_reviews_total{result="failed"} 1');
  });

  it.each([
    ['no JSON', '{', 400],
    ['nothing', '', 400],
    ['another object', '{"kind": "Pod"}', 400],
  ])('rejects a body that contains %s', async (_name, body, status) => {
    expect((await warn(webhookDoor(), body)).statusCode).toBe(status);
  });

  it('names its own path in the answer to another method', async () => {
    const { statusCode, body } = await webhookDoor().app.inject({ method: 'GET', url: '/warn' });

    expect({ statusCode, body }).toEqual({
      statusCode: 405,
      body: 'method GET is not allowed; send POST /warn\n',
    });
  });
});
