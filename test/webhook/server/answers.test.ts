import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/api/json.ts';
import { defaultRules, type Rules } from '../../../src/core/decision/rules.ts';
import { BROKEN_RULES } from '../../support/broken-rules.ts';
import { makePod, REQUESTING_POD } from '../../support/review.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';
import { operationsOf, webhookDoor } from '../../support/webhook-door.ts';

const DENIED_POD = makePod({ 'inject-metadata': 'yes', 'podherald.dev/inject-metadata': 'A=b' });

describe('a pod that requests an injection', () => {
  it('gets a patch and its patchType', async () => {
    const response = await webhookDoor().review(REQUESTING_POD);

    expect(response.patchType).toBe('JSONPatch');
    expect(operationsOf(response).map(({ op }) => op)).toContain('add');
    expect(response).not.toHaveProperty('status');
  });

  it('gets an audit annotation that says what was injected', async () => {
    const response = await webhookDoor().review(REQUESTING_POD);

    expect(response.auditAnnotations).toEqual({ outcome: 'injected', injected: 'env,volume' });
  });

  it('gets neither a patch nor an audit annotation in a second review', async () => {
    const door = webhookDoor();
    const injected = applyStrictly(REQUESTING_POD, operationsOf(await door.review(REQUESTING_POD)));
    const again = await door.review(injected);

    expect(Object.keys(again)).toEqual(['uid', 'allowed']);
    expect(again.allowed).toBe(true);
  });

  it('gets the same patch on a dry run', async () => {
    const door = webhookDoor();

    expect(await door.review(REQUESTING_POD, { dryRun: true })).toEqual(
      await door.review(REQUESTING_POD),
    );
  });
});

describe('a pod with an invalid annotation', () => {
  it('is denied as Forbidden, without a patch', async () => {
    const response = await webhookDoor().review(DENIED_POD);

    expect(response).toMatchObject({
      allowed: false,
      status: { status: 'Failure', code: 403, reason: 'Forbidden' },
    });
    expect(response).not.toHaveProperty('patch');
    expect(response).not.toHaveProperty('patchType');
    expect(response).not.toHaveProperty('warnings');
  });

  it('gets the number of faults and the first fault in the first line, as events show no more', async () => {
    const { status } = await webhookDoor().review(DENIED_POD);
    const [first, ...others] = (status?.message ?? '').split('\n');

    expect(first).toMatch(
      /^pod .*: 2 errors in the annotations: inject-metadata: .*"yes".*true\?$/,
    );
    expect(others).toEqual([
      expect.stringMatching(/^- podherald.dev\/inject-metadata: invalid value "A=b"/),
    ]);
  });

  it('gets a single fault in a single line', async () => {
    const { status } = await webhookDoor().review(makePod({ 'inject-metadata': 'yes' }));

    expect(status?.message).toMatch(/^pod .*: inject-metadata: invalid value "yes": .*true\?$/);
  });

  it('gets the warnings of all that has to be fixed next', async () => {
    const pod = makePod({
      'inject-metadata': 'yes',
      'inject-ambassador': 'true',
      'podherald.dev/ambassador-access': 'full',
      'podherald.dev/inject-metdata': 'true',
    });
    const { allowed, warnings } = await webhookDoor().review(pod);

    expect(allowed).toBe(false);
    expect(warnings).toEqual([
      expect.stringContaining('podherald.dev/inject-metdata is not an annotation of podherald'),
      expect.stringContaining('full is wider than the namespace or config allows'),
    ]);
  });

  it('is named with the namespace of the request, not with the namespace in the object', async () => {
    const { status } = await webhookDoor().review(DENIED_POD, { namespace: 'checkout' });

    expect(status?.message).toMatch(/^pod (checkout\/|in namespace checkout)/);
    expect(status?.message).not.toContain('object-namespace');
  });

  it('cannot break out of its line with its name', async () => {
    const pod = makePod({ 'inject-metadata': 'yes' });
    const metadata = { ...(pod['metadata'] as object), name: 'a\nb' };
    const { status } = await webhookDoor().review({ ...pod, metadata });

    expect(status?.message).toMatch(/^pod in namespace shop: inject-metadata: [^\n]*$/);
  });

  it('cannot break out of its line with its value', async () => {
    const value = 'no\n- all is well\r\nx';
    const { status } = await webhookDoor().review(makePod({ 'inject-metadata': value }));

    expect(status?.message.split(/[\n\r]/)).toHaveLength(1);
  });

  it('gets a short message about a value of 100 KiB', async () => {
    const value = 'Y'.repeat(100 * 1024);
    const { status } = await webhookDoor().review(makePod({ 'inject-metadata': value }));

    expect(status?.message.length).toBeLessThan(400);
  });

  it('is admitted with a warning under `onInvalid: warn`', async () => {
    const rules: Rules = { ...defaultRules('test'), onInvalid: 'warn' };
    const response = await webhookDoor(rules).review(makePod({ 'inject-metadata': 'yes' }));

    expect(response.allowed).toBe(true);
    expect(response.warnings).toContainEqual(expect.stringContaining('did you mean true?'));
  });
});

describe('a review that is not of the creation of a pod is allowed unchanged:', () => {
  const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };
  it.each([
    ['a Deployment', { resource: deployments }],
    ['a resource called pods in another group', { resource: { ...deployments, resource: 'pods' } }],
    ['pods/status', { subResource: 'status' }],
    ['pods/ephemeralcontainers', { subResource: 'ephemeralcontainers' }],
    ['a request without a resource', { resource: null }],
    ['an UPDATE', { operation: 'UPDATE' }],
    ['a CONNECT', { operation: 'CONNECT', object: { kind: 'PodExecOptions' } }],
    ['a DELETE', { operation: 'DELETE', object: null, oldObject: REQUESTING_POD }],
    ['a request without an operation', { operation: null }],
  ])('%s', async (_, request) => {
    const response = await webhookDoor().review(REQUESTING_POD, request);

    expect(response).toMatchObject({ allowed: true, auditAnnotations: { outcome: 'skipped' } });
    expect(response).not.toHaveProperty('patch');
    expect(response).not.toHaveProperty('warnings');
  });
});

describe('when podherald itself fails', () => {
  it('admits the pod unchanged, with a warning', async () => {
    const response = await webhookDoor(BROKEN_RULES).review(REQUESTING_POD);

    expect(response).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
      warnings: [expect.stringContaining('the pod is admitted unchanged')],
      auditAnnotations: { outcome: 'failed_open', reason: 'unexpected_error' },
    });
  });

  it('logs the error with its stack, and counts it', async () => {
    const door = webhookDoor(BROKEN_RULES);
    await door.review(REQUESTING_POD);

    expect(door.lines.filter(({ level }) => level === 50)).toMatchObject([
      {
        outcome: 'failed_open',
        reason: 'unexpected_error',
        namespace: 'shop',
        pod: 'web-0',
        err: { message: 'the profiles cannot be read', stack: expect.stringContaining('.ts') },
      },
    ]);
    expect(await door.metrics()).toContain(
      'podherald_reviews_total{outcome="failed_open",reason="unexpected_error"} 1\n',
    );
  });

  it('goes on answering', async () => {
    const door = webhookDoor(BROKEN_RULES);
    const object: Json = makePod({ 'inject-metadata': 'false' });
    await door.review(REQUESTING_POD);

    expect(await door.review(object)).toMatchObject({ auditAnnotations: { reason: 'opted_out' } });
  });
});
