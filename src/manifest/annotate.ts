import { isObject } from '../api/json.ts';
import { type AddOperation, escapeToken } from '../api/json-patch.ts';
import type { Workload } from './workloads.ts';

/** What adds annotations to a pod or pod template. Keys that it has keep their values. */
export function annotationsToAdd(
  { template }: Workload,
  annotations: ReadonlyMap<string, string>,
): AddOperation[] {
  if (!isObject(template) || annotations.size === 0) return [];
  const all = Object.fromEntries(annotations);
  const metadata = template['metadata'];
  if (!isObject(metadata)) return [{ op: 'add', path: '/metadata', value: { annotations: all } }];
  const own = metadata['annotations'];
  if (!isObject(own)) return [{ op: 'add', path: '/metadata/annotations', value: all }];
  return [...annotations]
    .filter(([key]) => !Object.hasOwn(own, key))
    .map(([key, value]) => ({
      op: 'add',
      path: `/metadata/annotations/${escapeToken(key)}`,
      value,
    }));
}
