import { isObject, type JsonObject } from '../../core/api/json.ts';
import type {
  SeenConfiguration,
  TrustingConfiguration,
  Written,
} from '../../webhook/tls/authority/ports.ts';
import { FIELD_MANAGER, type Objects } from '../objects.ts';
import { Trouble } from '../trouble.ts';
import { advised } from './advice.ts';

export const CONFIGURATIONS_PATH =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** Our MutatingWebhookConfiguration, as far as its caBundles go. */
export function webhookConfiguration(objects: Objects, name: string): TrustingConfiguration {
  const path = `${CONFIGURATIONS_PATH}/${name}`;
  return {
    name,
    read: () =>
      advised(async () => {
        const object = await objects.read(path);
        return object === undefined ? undefined : seenOf(object, objects, path);
      }),
  };
}

function seenOf(object: JsonObject, objects: Objects, path: string): SeenConfiguration {
  const webhooks = Array.isArray(object['webhooks']) ? object['webhooks'] : [];
  return {
    bundles: webhooks.map(bundleOf),
    ...lastChangeOf(object),
    trust: (bundle) => advised(() => trust(bundle, object, objects, path)),
  };
}

/**
 * By JSON patch, which leaves everything else to whoever applies the manifest: with server-side
 * apply podherald would own a list entry, and nobody could rename or delete it any more. The test
 * is on all that was seen, as entries may come, go and change places in between.
 */
async function trust(
  bundle: string,
  object: JsonObject,
  objects: Objects,
  path: string,
): Promise<Written> {
  const version = versionOf(object);
  const value = Buffer.from(bundle).toString('base64');
  const webhooks = Array.isArray(object['webhooks']) ? object['webhooks'] : [];
  const written = await objects.patch(path, [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    ...webhooks.flatMap((webhook, at) =>
      bundleOf(webhook) === bundle
        ? []
        : { op: 'add', path: `/webhooks/${at}/clientConfig/caBundle`, value },
    ),
  ]);
  if (written === 'written') return written;
  const now = await objects.read(path);
  // A failed test and an object that is refused for what it is are the same status, 422.
  if (now === undefined || versionOf(now) !== version) return 'conflict';
  throw new Trouble('the API server refuses the caBundle, though nobody else has written since');
}

function versionOf({ metadata }: JsonObject): unknown {
  return isObject(metadata) ? metadata['resourceVersion'] : undefined;
}

function bundleOf(webhook: unknown): string {
  const config = isObject(webhook) ? webhook['clientConfig'] : undefined;
  const caBundle = isObject(config) ? config['caBundle'] : undefined;
  return typeof caBundle === 'string' ? Buffer.from(caBundle, 'base64').toString('utf8') : '';
}

/** By managedFields, whose times are whole seconds: of two in the same one, it was not podherald. */
function lastChangeOf({
  metadata,
}: JsonObject): Pick<SeenConfiguration, 'changedAt' | 'changedBy'> {
  const fields = isObject(metadata) ? metadata['managedFields'] : undefined;
  const changes = (Array.isArray(fields) ? fields : []).flatMap((entry) => {
    const { time, manager } = isObject(entry) ? entry : {};
    return typeof time === 'string' && typeof manager === 'string' ? [{ time, manager }] : [];
  });
  const rank = ({ time, manager }: (typeof changes)[number]): string =>
    `${time} ${manager === FIELD_MANAGER ? 0 : 1}`;
  const last = changes.sort((one, other) => rank(one).localeCompare(rank(other))).at(-1);
  if (last === undefined) return {};
  return { changedAt: new Date(last.time), changedBy: last.manager };
}
