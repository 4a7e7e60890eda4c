// Lists the pods of its own namespace. If it gets a name as its argument, it creates a namespace with that name.
// It contains nothing about an ambassador: loadFromDefault() reads KUBECONFIG, which podherald sets.
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromDefault();
const api = config.makeApiClient(CoreV1Api);

const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
const { items } = await api.listNamespacedPod({ namespace });
for (const { metadata, status } of items) console.log(metadata?.name, status?.phase);

const [, , name] = process.argv;
if (name !== undefined) {
  await api.createNamespace({ body: { metadata: { name } } });
  console.log(`created namespace ${name}`);
}
