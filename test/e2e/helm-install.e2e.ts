import { expect, test } from 'vitest';
import { NO_HELM } from './helm.ts';
import { Release } from './helm-release.ts';
import { kubectl } from './kubectl.ts';
import { Namespace } from './namespace.ts';
import { envNames, firstPod } from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';

test.skipIf(NO_IMAGE || NO_HELM)(
  'Helm installs the chart, a pod is injected, and Helm uninstalls the chart',
  async ({ onTestFinished }) => {
    const namespace = await Namespace.make();
    const release = await Release.make(namespace);
    onTestFinished(async () => {
      await release.remove();
      await namespace.remove();
    });
    await release.install('helm3', { replicas: 1 });
    await release.reached();
    const pod = await namespace.create(firstPod('web'), '--dry-run=server');
    await release.uninstall('helm3');

    expect(envNames(pod.spec)).toContain('POD_NAME');
    const left = await kubectl(['get', 'mutatingwebhookconfigurations,clusterroles', '-o', 'name']);
    expect(left).not.toContain(release.home.name);
  },
);
