/** No policy of ours has a say there, as no webhook of ours has. */
export const OWN_NAMESPACES: readonly string[] = ['kube-system', 'kube-node-lease'];
