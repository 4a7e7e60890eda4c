import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decision/decide.ts';
import { podParts } from '../../../src/core/decision/pod-parts.ts';
import { podWith, RULES } from '../pods.ts';

const KEY = 'podherald.dev/ambassador-access';

describe('decideAmbassador()', () => {
  // The narrowest is used, and `read-only` if no annotation requests an access.
  it.each([
    [undefined, undefined, 'full', 'read-only', []],
    [undefined, undefined, 'namespace', 'namespace', []],
    ['full', undefined, 'full', 'full', []],
    ['full', undefined, 'read-only', 'read-only', ['access_narrowed']],
    ['full', 'full', 'full', 'full', []],
    ['full', 'namespace', 'full', 'namespace', ['access_narrowed']],
    ['namespace', 'read-only', 'full', 'namespace', []],
    [undefined, 'full', 'full', 'full', []],
    [undefined, 'full', 'read-only', 'read-only', ['access_narrowed']],
    [undefined, 'namespace', 'full', 'namespace', []],
  ] as const)(
    'with access %s on the pod, %s on the namespace and maxAccess %s, gives %s and the notices %j',
    (requested, defaultAccess, maxAccess, access, reasons) => {
      const pod = podWith({ 'inject-ambassador': 'true', ...(requested && { [KEY]: requested }) });
      const annotations = defaultAccess ? { [KEY]: defaultAccess } : {};
      const rules = { ...RULES, ambassador: { ...RULES.ambassador, maxAccess } };
      const decision = decide(podParts(pod), { name: 'shop', annotations }, rules);
      expect(decision).toMatchObject({ ambassador: { access } });
      expect(decision.notices.map(({ reason }) => reason)).toEqual(reasons);
    },
  );
});
