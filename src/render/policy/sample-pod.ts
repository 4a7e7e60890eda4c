import type { Container, Pod } from '../../core/api/pod.ts';

/** A pod with such a container, to see what is made for it. */
export function podOf(container: object): Pod {
  return { spec: { containers: [{ name: 'app', ...container } as Container] } };
}
