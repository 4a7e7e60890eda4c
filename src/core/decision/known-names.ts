/**
 * The sources that the Downward API lacks, with their values for the reference page. The webhook knows them when a pod is
 * created.
 */
export const KNOWN_NAMES = {
  'workload.kind':
    'the kind of the workload: `Deployment`, `CronJob` and so on; `Pod` for a pod without a controller',
  'workload.name':
    'the name of the workload; for a pod without a controller, the name of the pod, by `fieldRef`',
  'container.name': 'the name of the container',
  'container.image': 'the image of the container, as its `image` says',
  'container.imageTag':
    'the tag of the image; its digest if it has no tag; `latest` if it has neither',
  'cluster.name': '`cluster.name` of the config',
} as const satisfies Record<string, string>;

export type KnownName = keyof typeof KNOWN_NAMES;

/** Whether a text is one of these sources. */
export function isKnownName(text: string): text is KnownName {
  return Object.hasOwn(KNOWN_NAMES, text);
}
