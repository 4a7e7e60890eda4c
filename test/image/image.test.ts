import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dockerfile = read('Dockerfile');
const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));

/** The image is made with Docker and without, and has to be the same. */
describe('the Dockerfile', () => {
  it('leaves every step to hack/image/build', () => {
    const steps = instructions.filter((line) => line.startsWith('RUN '));
    expect(steps).toEqual(['RUN npm ci --no-audit --no-fund && hack/image/build /image']);
  });

  it('adds nothing to what hack/image/build made', () => {
    const last = instructions.slice(instructions.lastIndexOf('FROM scratch'));
    expect(last.filter((line) => /^(COPY|ADD) /.test(line))).toEqual([
      'COPY --from=build /image /',
    ]);
  });

  it('starts what hack/e2e starts, with no npm between', () => {
    const [, words] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
    const [, entrypoint] = /cluster load .* '(\[.*\])'/.exec(read('hack/e2e')) ?? [];
    expect(JSON.parse(words ?? '')).toEqual(['/bin/node', '/app/dist/main.js']);
    expect(JSON.parse(entrypoint ?? '')).toEqual(JSON.parse(words ?? ''));
  });

  it('runs as the user that the manifests name, who is not root', () => {
    const [, user] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
    expect(read('deploy/overlays/self-managed/50-deployment.yaml')).toContain(
      `runAsUser: ${user}\n`,
    );
  });

  it('leaves health to who runs it', () => {
    expect(instructions.filter((line) => line.startsWith('HEALTHCHECK'))).toEqual([]);
  });
});

it('.dockerignore lets through what hack/image/build reads', () => {
  const kept = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  const used = [
    ...read('hack/image/build').matchAll(
      /\b(package\.json|package-lock\.json|LICENSE|tsconfig\.build\.json)\b/g,
    ),
  ];
  for (const [file] of used) expect(kept).toContain(`!${file}`);
});

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
