import { tryKubectl } from './kubectl.ts';

const { code } = await tryKubectl(['get', 'crd', 'certificates.cert-manager.io']);

/** hack/e2e has cert-manager run in the cluster of hack/cluster; elsewhere it is there or not. */
export const NO_CERT_MANAGER = code !== 0;
