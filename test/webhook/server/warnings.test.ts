import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/api/json.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';
import { makePod } from '../../support/review.ts';
import { webhookDoor } from '../../support/webhook-door.ts';

/** Texts that a pod may hold: the API server validates it only after the webhooks. */
const AWKWARD = [
  ['newlines', 'a\nb\r\nc\td'],
  ['escape sequences of a terminal', '\u001b[31mred\u001b[0m\u0007'],
  ['a right-to-left override', 'gpj\u202Eexe.'],
  ['zero-width joiners and a soft hyphen', 'a\u200Db\u00ADc\uFEFF'],
  ['half of a surrogate pair', 'a\uD83Db'],
  ['100 characters', 'k'.repeat(100)],
  ['emoji, 300 of them', '🚢'.repeat(300)],
  ['quotes and backslashes', '"\\"'],
] as const;

describe.each(AWKWARD)('a warning about a text of %s', (_, text) => {
  it.each([
    ['an unknown key', makePod({ [`podherald.dev/${text}`]: 'x' })],
    [
      'a container’s name',
      makePod({ 'inject-metadata': 'true' }, { containers: [mounting(text)] }),
    ],
    [
      'a mount path',
      makePod({ 'inject-metadata': 'true' }, { containers: [mounting('app', text)] }),
    ],
  ])('in %s is one clean line of 120 characters at most', async (_place, pod) => {
    const { warnings = [] } = await webhookDoor().review(pod);

    expect(warnings).toHaveLength(1);
    for (const warning of warnings) {
      expect(warning).toMatch(/^podherald: \P{C}+$/u);
      expect([...warning].length).toBeLessThanOrEqual(120);
    }
  });
});

describe('warnings', () => {
  it('name the key that was meant', async () => {
    const { warnings } = await webhookDoor().review(
      makePod({ 'podherald.dev/inject-metdata': 'true' }),
    );

    expect(warnings).toEqual([
      'podherald: podherald.dev/inject-metdata is not an annotation of podherald; did you mean inject-metadata?',
    ]);
  });

  it('keep the hint at their end if they are too long', async () => {
    const key = `podherald.dev/${'x'.repeat(30)}-inject-metadata`;
    const items = { 'podherald.dev/metadata-env': 'PHASE=status.podip' };
    const { warnings } = await webhookDoor({ ...defaultRules('test'), onInvalid: 'warn' }).review(
      makePod({ ...items, [key]: 'true' }),
    );

    expect(warnings).toEqual([
      'podherald: podherald.dev/metadata-env: invalid value "PHASE=status.podip": expected a sourc…; did you mean status.podIP?',
      expect.stringMatching(/ is not an annotation of podherald$/),
    ]);
    expect(warnings?.[0]).toHaveLength(120);
  });

  it('say what was kept, and which profile is missing', async () => {
    const { warnings } = await webhookDoor().review(
      makePod({ 'inject-metadata': 'default,otle' }, { containers: [mounting('app')] }),
    );

    expect(warnings).toEqual([
      expect.stringContaining('otle'),
      expect.stringContaining('/etc/downward/own'),
    ]);
  });

  it('are not sent for a pod that requests nothing or opts out', async () => {
    const door = webhookDoor();

    expect(await door.review(makePod({}))).not.toHaveProperty('warnings');
    expect(await door.review(makePod({ 'inject-metadata': 'false' }))).not.toHaveProperty(
      'warnings',
    );
  });
});

function mounting(name: string, below = 'own'): JsonObject {
  return { name, volumeMounts: [{ name: 'v', mountPath: `/etc/downward/${below}` }] };
}
