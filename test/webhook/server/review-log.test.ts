import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/api/json.ts';
import { defaultRules, type Rules } from '../../../src/core/decision/rules.ts';
import { BROKEN_RULES } from '../../support/broken-rules.ts';
import { LEVEL, type LogLine } from '../../support/log-lines.ts';
import { makePod, REQUESTING_POD } from '../../support/review.ts';
import { webhookDoor } from '../../support/webhook-door.ts';

const FORGIVING: Rules = { ...defaultRules('test'), onInvalid: 'warn' };

function aboveDebug(lines: readonly LogLine[]): LogLine[] {
  return lines.filter(({ level }) => level > LEVEL.debug);
}

describe('the log of a review', () => {
  it.each<[string, Json, Rules, object]>([
    ['injected', REQUESTING_POD, FORGIVING, { level: LEVEL.info }],
    [
      'denied',
      makePod({ 'inject-metadata': 'A=b' }),
      defaultRules('test'),
      { reason: 'invalid_value' },
    ],
    ['skipped', makePod({}), FORGIVING, { reason: 'not_requested' }],
    [
      'failed_open',
      REQUESTING_POD,
      BROKEN_RULES,
      { reason: 'unexpected_error', level: LEVEL.error },
    ],
  ])(
    'is one line with the outcome %s, its reason and the pod',
    async (outcome, object, rules, more) => {
      const door = webhookDoor(rules);
      await door.review(object);

      expect(aboveDebug(door.lines)).toMatchObject([
        { outcome, namespace: 'shop', pod: 'web-0', durationMs: expect.any(Number), ...more },
      ]);
    },
  );

  it('has the uid of the request', async () => {
    const door = webhookDoor();
    await door.review(REQUESTING_POD, { uid: 'the-uid' });

    expect(aboveDebug(door.lines)).toMatchObject([{ uid: 'the-uid' }]);
  });

  it('names a pod of a controller by its generateName', async () => {
    const door = webhookDoor();
    await door.review({ ...REQUESTING_POD, metadata: { generateName: 'web-7d9-' } });

    expect(aboveDebug(door.lines)).toMatchObject([{ pod: 'web-7d9-*' }]);
  });

  it('marks a dry run', async () => {
    const door = webhookDoor();
    await door.review(REQUESTING_POD, { dryRun: true });

    expect(aboveDebug(door.lines)).toMatchObject([{ dryRun: true }]);
  });

  it('lists every reason once if there are several', async () => {
    const door = webhookDoor(FORGIVING);
    await door.review(
      makePod({ 'inject-metadata': 'yes', 'podherald.dev/a': '', 'podherald.dev/b': '' }),
    );

    expect(aboveDebug(door.lines)).toMatchObject([
      { reasons: expect.arrayContaining(['invalid_value', 'unknown_key', 'not_requested']) },
    ]);
    expect(aboveDebug(door.lines)[0]?.['reasons']).toHaveLength(3);
  });

  it.each<[string, JsonObject, Rules, string]>([
    [
      'denied',
      makePod({ 'inject-metadata': 'A=b' }),
      defaultRules('test'),
      'inject-metadata: invalid value',
    ],
    ['failed_open', REQUESTING_POD, BROKEN_RULES, 'podherald'],
    ['skipped', makePod({ 'inject-metadata': 'A=b' }), FORGIVING, 'inject-metadata: invalid value'],
    ['skipped', makePod({ 'inject-metadata': 'false' }), FORGIVING, 'inject-metadata is "false"'],
    [
      'injected',
      makePod({ 'inject-ambassador': 'true', 'podherald.dev/ambassador-access': 'full' }),
      FORGIVING,
      'podherald.dev/ambassador-access',
    ],
    [
      'skipped',
      makePod({ 'inject-ambassador': 'true' }, { hostNetwork: true }),
      FORGIVING,
      'hostNetwork',
    ],
  ])('explains the outcome %s in a sentence', async (outcome, object, rules, sentence) => {
    const door = webhookDoor(rules);
    await door.review(object);

    expect(aboveDebug(door.lines)).toMatchObject([
      { outcome, message: expect.stringContaining(sentence) },
    ]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['not_requested', makePod({}), {}],
    ['not_create', REQUESTING_POD, { operation: 'UPDATE' }],
    ['not_a_pod', REQUESTING_POD, { resource: { group: '', version: 'v1', resource: 'secrets' } }],
  ])('is short for the reason %s', async (reason, object, request) => {
    const door = webhookDoor();
    await door.review(object, request);

    expect(aboveDebug(door.lines)).toMatchObject([{ outcome: 'skipped', reason }]);
    expect(aboveDebug(door.lines)[0]).not.toHaveProperty('message');
  });

  it('has each sentence once, and ten of them at most', async () => {
    const door = webhookDoor();
    const keys = Array.from({ length: 30 }, (_, i) => [`podherald.dev/unknown-${i}`, 'x']);
    await door.review(makePod(Object.fromEntries(keys)));
    const [line] = aboveDebug(door.lines);

    expect(String(line?.['message']).split('; ').length).toBeLessThanOrEqual(10);
    expect(new Set(String(line?.['message']).split('; ')).size).toBe(1);
  });

  it('has all sentences at debug', async () => {
    const door = webhookDoor();
    await door.review(makePod({ 'podherald.dev/inject-metdata': '' }));

    expect(door.lines.filter(({ level }) => level === LEVEL.debug)).toMatchObject([
      { findings: expect.arrayContaining([expect.stringContaining('inject-metdata')]) },
    ]);
  });
});

describe('the content of a pod', () => {
  const SECRET = 'hunter2-hunter2';

  it.each<[string, JsonObject, Rules, string]>([
    ['injected', secretPod('true'), FORGIVING, 'injected'],
    ['injected in part', secretPod(`default,${SECRET}`), FORGIVING, 'injected'],
    ['denied', secretPod(`${SECRET}=x`), defaultRules('test'), 'denied'],
    ['denied for two values', contradicting(), defaultRules('test'), 'denied'],
    ['admitted with faults', secretPod(`${SECRET}=x`), FORGIVING, 'skipped'],
    ['opted out', secretPod('false'), FORGIVING, 'skipped'],
    ['malformed in an annotation', malformedAnnotation(), FORGIVING, 'skipped'],
    ['malformed in a container', malformedContainer(), FORGIVING, 'skipped'],
    ['let through', secretPod('true'), BROKEN_RULES, 'failed_open'],
    ['denied for a port of a container', secretPort('9000'), defaultRules('test'), 'denied'],
    ['admitted with a port of a container', secretPort('8001'), FORGIVING, 'injected'],
  ])('is not logged above debug: %s', async (_, object, rules, outcome) => {
    const door = webhookDoor(rules);
    await door.review(object);

    expect(aboveDebug(door.lines)).toMatchObject([{ outcome }]);
    expect(JSON.stringify(aboveDebug(door.lines))).not.toContain(SECRET);
  });

  it.each([
    ['a body that is not JSON', `{"password": ${SECRET}}`],
    ['a pod without a review', JSON.stringify(secretPod('true'))],
    [
      'a review without a request',
      `{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "x": "${SECRET}"}`,
    ],
    ['an apiVersion that is an object', `{"apiVersion": {"password": "${SECRET}"}}`],
  ])('is not logged above debug: %s', async (_, body) => {
    const door = webhookDoor();
    await door.post(body);

    expect(aboveDebug(door.lines)).toMatchObject([{ level: LEVEL.warn, statusCode: 400 }]);
    expect(JSON.stringify(aboveDebug(door.lines))).not.toContain(SECRET);
  });

  /** The secret is in every text of a pod except its name and namespace. */
  function secretPod(requested: string): JsonObject {
    const mount = { name: SECRET, mountPath: `/etc/downward/${SECRET}` };
    const env = ['POD_NAME', SECRET].map((name) => ({ name, value: SECRET }));
    const container = { name: SECRET, image: SECRET, args: [SECRET], env, volumeMounts: [mount] };
    const annotations = { 'inject-metadata': requested, [`podherald.dev/${SECRET}`]: SECRET };
    return {
      metadata: { name: 'web-0', labels: { [SECRET]: SECRET }, annotations },
      spec: { containers: [container, { name: 'app' }], volumes: [{ name: SECRET }] },
    };
  }

  function secretPort(port: string): JsonObject {
    const annotations = { 'inject-ambassador': 'true', 'podherald.dev/ambassador-port': port };
    const ports = [{ name: SECRET, containerPort: Number(port) }];
    return {
      metadata: { name: 'web-0', labels: { [SECRET]: SECRET }, annotations },
      spec: { containers: [{ name: SECRET, ports }] },
    };
  }

  function contradicting(): JsonObject {
    const annotations = {
      'inject-metadata': SECRET,
      'podherald.dev/inject-metadata': `${SECRET}-2`,
    };
    return { ...secretPod('true'), metadata: { name: 'web-0', annotations } };
  }

  function malformedAnnotation(): JsonObject {
    return { ...secretPod('true'), metadata: { annotations: { [SECRET]: { [SECRET]: SECRET } } } };
  }

  function malformedContainer(): JsonObject {
    return {
      ...secretPod('true'),
      spec: { containers: [{ name: SECRET, env: { [SECRET]: SECRET } }] },
    };
  }
});
