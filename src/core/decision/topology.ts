import { isObject } from '../api/json.ts';
import type { Pod } from '../api/pod.ts';
import type { MetadataItems } from './decide-metadata.ts';
import { type Finding, finding } from './findings.ts';
import { nameOf } from './metadata-items.ts';
import type { Rules, ServerVersion } from './rules.ts';
import { subscriptOf } from './sources.ts';

/**
 * The labels that the API server copies from the node to the pod when the pod is bound (PodTopologyLabelsAdmission,
 * KEP-4742, beta in 1.35).
 */
const TOPOLOGY_LABELS: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
]);

/** One notice for all items that show the zone or region, if the API server is too old to copy it to the pod. */
export function topologyNotices(
  { env, files }: MetadataItems,
  { metadata }: Pod,
  { ambassador: { serverVersion } }: Rules,
): Finding[] {
  if (copiesTopologyLabels(serverVersion)) return [];
  const { labels } = metadata ?? {};
  const empty = [...env, ...files].filter(({ source }) => {
    const at = 'fieldRef' in source ? subscriptOf(source.fieldRef) : undefined;
    if (at?.map !== 'labels' || !TOPOLOGY_LABELS.has(at.key)) return false;
    return !isObject(labels) || !Object.hasOwn(labels, at.key);
  });
  if (empty.length === 0) return [];
  const slots = { names: empty.map(nameOf).join(', '), version: serverVersion.release };
  return [finding('no_topology_labels', slots, { kind: 'server' })];
}

function copiesTopologyLabels({ major, minor }: ServerVersion): boolean {
  return major > 1 || minor >= 35;
}
