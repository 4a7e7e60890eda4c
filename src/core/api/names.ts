/** The formats of names in Kubernetes (apimachinery pkg/util/validation). */

export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const C_IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Keys of labels, as a pattern without the limit of 253 characters for the prefix. */
export const LABEL_KEY = `^(${DNS_SUBDOMAIN.source.slice(1, -1)}/)?${QUALIFIED_NAME.source.slice(1)}`;

const SUBDOMAIN_LENGTH = 253;

/** IsDNS1123Label: names of containers and volumes. */
export function isDnsLabel(name: string): boolean {
  return DNS_LABEL.test(name);
}

/** IsDNS1123Subdomain: names of most objects. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= SUBDOMAIN_LENGTH && DNS_SUBDOMAIN.test(name);
}

/** IsQualifiedName: keys of labels, and keys of annotations in lower case. */
export function isQualifiedName(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  if (more.length > 0 || !QUALIFIED_NAME.test(name)) return false;
  return prefix === undefined || isDnsSubdomain(prefix);
}

/** Names of variables that are valid in every Kubernetes version and in every shell. */
export function isCIdentifier(name: string): boolean {
  return C_IDENTIFIER.test(name);
}
