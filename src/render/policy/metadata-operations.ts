import { isObject } from '../../core/api/json.ts';
import { toVolume, toVolumeMount } from '../../core/injection/downward-api.ts';
import { celLiteral } from './cel-literal.ts';

/** The operations that add what is lacking, as lists that are to be joined. */
export function metadataOperations(): string[] {
  return [envOperations(), mountOperations(), volumeOperations()];
}

function envOperations(): string {
  return `variables.missing
  .map(lack, has(lack.of.is.env)
    ? lack.env.transformList(at, ours,
        JSONPatch{op: 'add', path: lack.of.at + '/env/' + string(at), value: ours})
    : [JSONPatch{op: 'add', path: lack.of.at + '/env', value: lack.env}])
  .flatten()`;
}

function mountOperations(): string {
  const { name, ...rest } = toVolumeMount('<volume>', '<path>');
  const expressions = {
    '<volume>': 'mount.there.size() > 0 ? mount.there[0].name : mount.name',
    '<path>': 'variables.path',
  };
  const mount = celLiteral({ name, ...rest }, expressions, 2);
  return `variables.mounts
  .map(mount, {'of': dyn(mount.of), 'ours': dyn(${mount})})
  .map(mount, has(mount.of.is.volumeMounts)
    ? JSONPatch{op: 'add', path: mount.of.at + '/volumeMounts/-', value: mount.ours}
    : JSONPatch{op: 'add', path: mount.of.at + '/volumeMounts', value: [mount.ours]})`;
}

function volumeOperations(): string {
  const { name, downwardAPI } = toVolume('<volume>', [], '');
  const volume = celLiteral(
    { name, downwardAPI: { ...(isObject(downwardAPI) && downwardAPI), items: '<files>' } },
    { '<volume>': 'mount.name', '<files>': 'mount.files' },
  );
  return `(has(object.spec.volumes) || variables.added.size() + variables.newTokens.size() == 0 ? [] :
  [JSONPatch{op: 'add', path: '/spec/volumes', value: []}]) +
variables.added.map(mount, JSONPatch{op: 'add', path: '/spec/volumes/-', value:
  ${volume}})`;
}
