import { isObject, type JsonObject } from '../core/api/json.ts';
import { type ApiClient, FIELD_MANAGER, type WriteResult } from './api-client.ts';
import { ApiError, unexpectedResponse } from './api-error.ts';

/** podherald's MutatingWebhookConfiguration: which CAs the API server trusts. */
export interface WebhookConfiguration {
  readonly name: string;
  /** @returns undefined if there is none. */
  read(): Promise<SeenConfiguration | undefined>;
}

/** The configuration as it was read. */
export interface SeenConfiguration {
  /** The caBundle of each entry of `webhooks`, decoded; empty if it has none. */
  readonly bundles: readonly string[];
  /** When it was changed last, and by which field manager, as far as its managedFields say. */
  readonly changedAt?: Date | undefined;
  readonly changedBy?: string | undefined;
  /** Sets the caBundle of every entry. A conflict unless the configuration is still as it was read. */
  setBundle(bundle: string): Promise<WriteResult>;
}

export const CONFIGURATIONS_PATH =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** The MutatingWebhookConfiguration of that name, of which podherald only changes the caBundle. */
export function webhookConfiguration(client: ApiClient, name: string): WebhookConfiguration {
  const path = `${CONFIGURATIONS_PATH}/${name}`;
  return {
    name,
    async read() {
      const object = await client.read(path);
      if (object === undefined) return undefined;
      if (!isObject(object['metadata'])) {
        throw unexpectedResponse('not a MutatingWebhookConfiguration');
      }
      return {
        bundles: webhooksOf(object).map(bundleOf),
        ...lastChangeOf(object),
        setBundle: (bundle) => setBundle(bundle, object, client, path),
      };
    },
  };
}

/**
 * By JSON Patch, which leaves everything else to the owner of the manifest: with server-side apply
 * podherald would own a list entry, and nobody could rename or delete it any more. The test is on the
 * resourceVersion, because entries may be added, removed and reordered in between.
 */
async function setBundle(
  bundle: string,
  object: JsonObject,
  client: ApiClient,
  path: string,
): Promise<WriteResult> {
  const version = versionOf(object);
  const value = Buffer.from(bundle).toString('base64');
  const result = await client.patch(path, [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    ...webhooksOf(object).flatMap((webhook, index) =>
      bundleOf(webhook) === bundle
        ? []
        : { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value },
    ),
  ]);
  if (result === 'written') return result;
  const now = await client.read(path);
  // A failed test and an invalid object have the same status, 422.
  if (now === undefined || versionOf(now) !== version) return 'conflict';
  throw new ApiError(
    'the API server rejects the new caBundle, although nobody else has changed the configuration; see the log of the API server',
  );
}

function webhooksOf({ webhooks }: JsonObject): readonly unknown[] {
  return Array.isArray(webhooks) ? webhooks : [];
}

function versionOf({ metadata }: JsonObject): unknown {
  return isObject(metadata) ? metadata['resourceVersion'] : undefined;
}

function bundleOf(webhook: unknown): string {
  const config = isObject(webhook) ? webhook['clientConfig'] : undefined;
  const caBundle = isObject(config) ? config['caBundle'] : undefined;
  return typeof caBundle === 'string' ? Buffer.from(caBundle, 'base64').toString('utf8') : '';
}

/** The times of managedFields are whole seconds: of two changes in one second, podherald's was first. */
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
