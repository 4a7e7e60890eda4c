import type { Pod } from '../api/pod.ts';

/** Whether containers of the pod see each other's processes, and so their files in /proc. */
export function sharesProcesses({ spec }: Pod): boolean {
  return spec.shareProcessNamespace === true || spec.hostPID === true;
}
