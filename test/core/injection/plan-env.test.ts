import { describe, expect, it } from 'vitest';
import type { EnvItem } from '../../../src/core/decision/profiles.ts';
import { injectedPod, metadataPod, rulesWithProfile, sentencesFor } from '../pods.ts';

const POD_NAME: EnvItem = { name: 'POD_NAME', source: { fieldRef: 'metadata.name' } };
const GREETING: EnvItem = { name: 'GREETING', source: { literal: 'hello $(POD_NAME)' } };
const RULES = rulesWithProfile({ env: [POD_NAME, GREETING], files: [] });

describe('planEnv()', () => {
  it("puts the profile's variables first, in the order of the profile", () => {
    const pod = metadataPod({ name: 'app', env: [{ name: 'A', value: '$(POD_NAME)' }] });
    const [app] = injectedPod(pod).spec.containers;
    expect(app?.env?.map(({ name }) => name)).toEqual([
      'POD_NAME',
      'POD_NAMESPACE',
      'POD_IP',
      'NODE_NAME',
      'SERVICE_ACCOUNT',
      'CONTAINER_CPU_REQUEST_MILLICORES',
      'CONTAINER_MEMORY_LIMIT_KIBIBYTES',
      'A',
    ]);
  });

  it('warns about a literal that references a variable of the container, which is set later', () => {
    const pod = metadataPod({ name: 'app', env: [{ name: 'POD_NAME', value: 'x' }] });
    expect(sentencesFor(pod, RULES)).toEqual([
      'container app already sets POD_NAME; its own values are kept',
      'container app: $(POD_NAME) in GREETING is not expanded, because POD_NAME is set later in env',
    ]);
  });

  it('does not warn about a literal and its reference that were injected before', () => {
    const injected = injectedPod(metadataPod({ name: 'app' }), RULES);
    expect(sentencesFor(injected, RULES)).toEqual([]);
  });
});
