import { describe, expect, it } from 'vitest';
import { fakeObjects, status } from '../support/fake-objects.ts';
import { cluster, livePod, PODS } from '../support/live-objects.ts';
import { runCommand } from '../support/run-command.ts';

describe('audit of more pods than fit into one page', () => {
  it('shows its progress on a terminal, and clears it at the end', async () => {
    const pods = Array.from({ length: 600 }, (_, index) => livePod(`p${index}`));
    const fake = await fakeObjects(cluster(pods));
    const shown: string[] = [];
    const terminal = { progress: (text: string) => void shown.push(text) };
    await runCommand(['audit', '-A'], fake.kubeconfig, terminal);

    expect(shown.slice(0, 3)).toEqual(['500 of 600 pods', '600 pods', '0 deployments']);
    expect(shown.at(-1)).toBe('');
  });

  it.each([
    ['continues with the token that it gets', { continue: '500' }, ['', '500', '500']],
    ['starts again if it gets none', {}, ['', '500', '', '500']],
  ])('%s when the list expires', async (_, metadata, tokens) => {
    const pods = Array.from({ length: 600 }, (_unused, index) => livePod(`p${index}`));
    const fake = await fakeObjects(cluster(pods));
    const expired = status(410, 'too old', metadata);
    fake.scripted.set(PODS, []);
    const answers = fake.scripted.get(PODS);
    // The second request for pods is the one that comes too late.
    const objects = fake.objects;
    objects.set(PODS, {
      length: 600,
      at(index: number) {
        if (index === 499 && answers !== undefined && !objects.has('expired')) {
          objects.set('expired', true);
          answers.push(expired);
        }
        return pods[index];
      },
    });
    const { stdout } = await runCommand(['audit', '-A', '-o', 'json'], fake.kubeconfig);
    const seen = fake.requests.filter((path) => path.startsWith(`${PODS}?`));

    expect(JSON.parse(stdout)).toMatchObject({ pods: 600 });
    expect(JSON.parse(stdout).missing.flatMap((group: { pods: [] }) => group.pods)).toHaveLength(
      600,
    );
    expect(
      seen.map((path) => new URL(path, 'http://x').searchParams.get('continue') ?? ''),
    ).toEqual(tokens);
  });
});
