import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dockerfile = read('Dockerfile');
const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));

/** The Dockerfile and hack/e2e both build the image, and the two images must be the same. */
describe('the Dockerfile', () => {
  it('builds the root file system with hack/image/build only', () => {
    const steps = instructions.filter((line) => line.startsWith('RUN '));
    expect(steps).toEqual(['RUN npm ci --no-audit --no-fund && hack/image/build /image']);
  });

  it('adds no file to the output of hack/image/build', () => {
    const last = instructions.slice(instructions.lastIndexOf('FROM scratch'));
    expect(last.filter((line) => /^(COPY|ADD) /.test(line))).toEqual([
      'COPY --from=build /image /',
    ]);
  });

  it('has the same entry point as the image of hack/e2e: node, without npm', () => {
    const [, words] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
    const [, entrypoint] = /cluster load .* '(\[.*\])'/.exec(read('hack/e2e')) ?? [];
    expect(JSON.parse(words ?? '')).toEqual([
      '/bin/node',
      '--disable-sigusr1',
      '--max-semi-space-size=1',
      '/app/dist/main.js',
    ]);
    expect(JSON.parse(entrypoint ?? '')).toEqual(JSON.parse(words ?? ''));
  });

  it('runs as the non-root user of the manifests', () => {
    const [, user] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
    expect(read('deploy/overlays/self-managed/50-deployment.yaml')).toContain(
      `runAsUser: ${user}\n`,
    );
  });

  it('has no health check, because Kubernetes probes the pod', () => {
    expect(instructions.filter((line) => line.startsWith('HEALTHCHECK'))).toEqual([]);
  });
});

it('.dockerignore does not exclude a file that hack/image/build reads', () => {
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
