import { isObject } from '../api/json.ts';
import type { Container } from '../api/pod.ts';
import { MAX_PORT, MIN_PORT } from './ambassador-values.ts';

/** The port wanted, or the next one after it that no container declares, beginning anew at the end. */
export function choosePort(containers: readonly Container[], wanted: number): number {
  const taken = new Set(containers.flatMap(declaredPorts));
  let port = wanted;
  for (let tried = MIN_PORT; taken.has(port) && tried < MAX_PORT; tried++) {
    port = port === MAX_PORT ? MIN_PORT : port + 1;
  }
  return port;
}

export function declares(container: Container, port: number): boolean {
  return declaredPorts(container).includes(port);
}

/** All containers of a pod share its network. UDP and SCTP have ports of their own. */
function declaredPorts({ ports }: Container): number[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port) => {
    if (!isObject(port) || typeof port['containerPort'] !== 'number') return [];
    return (port['protocol'] ?? 'TCP') === 'TCP' ? [port['containerPort']] : [];
  });
}
