import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './certificates.ts';
import { runCommand } from './run-command.ts';

/** A Deployment that requests its metadata (line 8) and an ambassador (line 9). */
export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata:
      annotations:
        inject-metadata: "true"
        podherald.dev/inject-ambassador: "true"
    spec:
      containers:
      - name: app
        env: [{name: POD_NAME, value: mine}]
`;

/** A kubeconfig without a cluster. */
export const NO_CLUSTER = '/dev/null';

/** Writes a file into a folder of its own. @returns its path. */
export function file(text: string, name = 'manifest.yaml'): string {
  const path = join(makeFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** Explains a manifest without a cluster. */
export function explainFile(text: string, ...args: readonly string[]) {
  return runCommand(['explain', '-f', file(text), ...args], NO_CLUSTER);
}

/** The only object in the JSON output about a manifest. */
export async function explained(text: string, ...args: readonly string[]) {
  const { stdout } = await explainFile(text, '-o', 'json', ...args);
  return JSON.parse(stdout).objects[0];
}
