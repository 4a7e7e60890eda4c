import { isObject } from '../../core/api/json.ts';
import type { Volume } from '../../core/api/pod.ts';
import { toVolume, toVolumeMount } from '../../core/injection/downward-api.ts';
import { freeVolumeName, TERMINATION_MESSAGE_PATH } from '../../core/injection/plan-files.ts';
import { celLiteral, celString } from './cel-literal.ts';
import type { Variable } from './pod-variables.ts';

/** 420, as toVolume() writes it. */
const DEFAULT_MODE = defaultModeOf(toVolume('', [], ''));
const BASE = 'downward';
const FIRST_VOLUME = celString(freeVolumeName(BASE, '', true, new Set()));
const OTHER_VOLUMES = celString(freeVolumeName(BASE, '', false, new Set()));

/** Whether metadata is for a container. */
const IS_SELECTED = 'variables.selected.exists(name, name == of.is.name) == variables.isTaking';

/** Finds out what each container lacks of what is asked for. */
export function metadataVariables(): Variable[] {
  return [...containers(), ...volumes()];
}

function containers(): Variable[] {
  return [
    {
      name: 'containers',
      comment: 'Those that metadata is for.',
      expression: `variables.all
  .filter(of, ${IS_SELECTED})`,
    },
    {
      name: 'missing',
      comment:
        'The variables that each of them lacks. They come before its own, so that its own can refer to them.',
      expression: `variables.all
  .map(of, {
    'of': dyn(of),
    'env': dyn(${IS_SELECTED} ? variables.env : []),
    'has': dyn(of.is.?env.orValue([]).map(own, own.name))
  })
  .map(lack, {'of': dyn(lack.of), 'env': dyn((
      lack.env + variables.url.filter(ours, !lack.env.exists(other, other.name == ours.name))
    )
    .filter(ours, !(ours.name in lack.has))
    .map(ours, has(ours.value) || has(ours.valueFrom)
      ? ours
      : {'name': dyn(ours.name), 'value': dyn(lack.of.is.name)}))})
  .filter(lack, lack.env.size() > 0)`,
    },
    {
      name: 'unmounted',
      comment: `Those that mount nothing at, inside or around the path, however it is spelt: a path is cut into
parts; empty ones and . do not count, and .. takes away one before it. A block device counts as well, and the
file for the last message.`,
      expression: `variables.files.size() == 0 ? [] : variables.containers.filter(of, !(
    of.is.?volumeMounts.orValue([]).map(mount, mount.mountPath) +
    of.is.?volumeDevices.orValue([]).map(device, device.devicePath) +
    [of.is.?terminationMessagePath.orValue(${celString(TERMINATION_MESSAGE_PATH)})]
  )
  .map(path, path.split('/').filter(part, !(part in ['', '.'])))
  .map(parts, parts.transformList(at, part,
    part != '..' && !parts.exists(end, other, other == '..' && end > at &&
      2 * parts.slice(at + 1, end + 1).filter(one, one == '..').size() > end - at),
    '/' + part).join('') + '/')
  .exists(path, path.startsWith(variables.path + '/') || (variables.path + '/').startsWith(path)))`,
    },
  ];
}

function volumes(): Variable[] {
  return [
    {
      name: 'alike',
      comment: 'Those of them that may hold the very files.',
      expression: `variables.volumes.filter(volume, has(volume.downwardAPI) &&
  volume.downwardAPI.?defaultMode.orValue(${DEFAULT_MODE}) == ${DEFAULT_MODE} &&
  volume.downwardAPI.?items.orValue([]).size() == variables.files.size())`,
    },
    {
      name: 'wanted',
      comment: `What each of these containers is to mount: its files, with its own resources. The first container's\nvolume is called ${FIRST_VOLUME}, other ones after their container.`,
      expression: `variables.unmounted.map(of, {
  'of': dyn(of),
  'name': dyn(
    (variables.isShared || of.at == variables.containers[0].at) && !(${FIRST_VOLUME} in variables.taken)
      ? ${FIRST_VOLUME}
      : ${OTHER_VOLUMES} + (variables.isShared ? variables.unmounted[0] : of).is.name),
  'files': dyn(variables.files.map(file, !has(file.resourceFieldRef) ? file : {
    'path': dyn(file.path),
    'resourceFieldRef': dyn({
      'containerName': dyn(of.is.name),
      'resource': dyn(file.resourceFieldRef.resource),
      'divisor': dyn(file.resourceFieldRef.divisor)
    })
  }))
})`,
    },
    {
      name: 'mounts',
      comment:
        'The same with the volumes that hold just that already (0 is how the API server writes a divisor that\nnobody gave: it means 1), and with a number behind a name that is taken.',
      expression: `variables.wanted.map(mount, {
  'of': dyn(mount.of),
  'files': dyn(mount.files),
  'there': dyn(variables.alike.filter(volume, mount.files.all(file,
    volume.downwardAPI.items.exists(item, item == file ||
      has(item.resourceFieldRef) && has(file.resourceFieldRef) && !has(item.mode) &&
      item.path == file.path && file.resourceFieldRef.divisor == '1' &&
      item.resourceFieldRef.?divisor.orValue('0') == '0' &&
      item.resourceFieldRef.?containerName.orValue('') == mount.of.is.name &&
      item.resourceFieldRef.resource == file.resourceFieldRef.resource)))),
  'name': dyn(!(mount.name in variables.taken) ? mount.name :
    lists.range(variables.taken.size())
      .map(number, mount.name + '-' + string(number + 2))
      .filter(name, !(name in variables.taken))[0])
})`,
    },
    {
      name: 'added',
      comment: 'Those of them that bring their volume along.',
      expression: `variables.mounts.transformList(at, mount,
  mount.there.size() == 0 && (at == 0 || !variables.isShared), mount)`,
    },
  ];
}

function defaultModeOf({ downwardAPI }: Volume): string {
  return String(isObject(downwardAPI) ? downwardAPI['defaultMode'] : '');
}

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
