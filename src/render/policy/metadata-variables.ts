import { isObject } from '../../core/api/json.ts';
import type { Volume } from '../../core/api/pod.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { toVolume, toVolumeMount } from '../../core/injection/downward-api.ts';
import { freeVolumeName, TERMINATION_MESSAGE_PATH } from '../../core/injection/plan-files.ts';
import { celLiteral, celString } from './cel-literal.ts';
import { knownValues, REQUESTED_SOURCES, workloadVariables } from './known-variables.ts';
import { otelVariables } from './otel-variables.ts';
import type { Variable } from './pod-variables.ts';

/** 420, which toVolume() sets. */
const DEFAULT_MODE = defaultModeOf(toVolume('', [], ''));
const BASE = 'downward';
const FIRST_VOLUME = celString(freeVolumeName(BASE, '', true, new Set()));
const OTHER_VOLUMES = celString(freeVolumeName(BASE, '', false, new Set()));

/** CEL that is true if metadata is injected into a container. */
const IS_SELECTED =
  'variables.listedNames.exists(name, name == entry.container.name) == variables.isIncludeList';

/** Computes which of the requested items each container is missing. */
export function metadataVariables(rules: Rules): Variable[] {
  return [
    REQUESTED_SOURCES,
    ...workloadVariables(),
    ...otelVariables(rules),
    ...containers(rules),
    ...volumes(),
  ];
}

function containers(rules: Rules): Variable[] {
  return [
    {
      name: 'selectedContainers',
      comment: 'The containers that get metadata.',
      expression: `variables.allContainers
  .filter(entry, ${IS_SELECTED})`,
    },
    {
      name: 'missing',
      comment:
        'The variables to add to each container. They are added before its own variables, so that its own variables can refer to them.',
      expression: `variables.allContainers
  .map(entry, {
    'entry': dyn(entry),
    'env': dyn(${IS_SELECTED} ? variables.env : []),
    'names': dyn(entry.container.?env.orValue([]).map(own, own.name)),
    'known': dyn(${knownValues(rules)})
  })
  .map(target, {'entry': dyn(target.entry), 'env': dyn((
      target.env + variables.urlVariable.filter(variable, !target.env.exists(other, other.name == variable.name))
    )
    .filter(variable, !(variable.name in target.names) &&
      !(has(variable.refersTo) && dyn(variable).refersTo.exists(name, !(name in target.names) &&
        target.env.exists(other, other.name == name && has(other.known) && target.known[other.known].size() == 0))))
    .map(variable, has(variable.known)
      ? target.known[variable.known].map(found, has(found.valueFrom)
        ? {'name': dyn(variable.name), 'valueFrom': dyn(found.valueFrom)}
        : {'name': dyn(variable.name), 'value': dyn(found.value)})
      : [has(variable.refersTo) ? {'name': dyn(variable.name), 'value': dyn(variable.value)} : dyn(variable)])
    .flatten())})
  .filter(target, target.env.size() > 0)`,
    },
    {
      name: 'comparedPath',
      comment:
        'The mount path, with /run instead of /var/run, which is a link to it in most images.',
      expression: `(variables.path + '/').startsWith('/var/run/') ? variables.path.substring(4) + '/' : variables.path + '/'`,
    },
    {
      name: 'unmountedContainers',
      comment: `The containers that get metadata and have no mount at the path, inside it or above it. Block devices and terminationMessagePath are compared like mounts. To compare two paths, each is split into parts, empty parts and . are removed, and .. removes the part before it.`,
      expression: `variables.files.size() == 0 ? [] : variables.selectedContainers.filter(entry, !(
    entry.container.?volumeMounts.orValue([]).map(mount, mount.mountPath) +
    entry.container.?volumeDevices.orValue([]).map(device, device.devicePath) +
    [entry.container.?terminationMessagePath.orValue(${celString(TERMINATION_MESSAGE_PATH)})]
  )
  .map(path, path.split('/').filter(part, !(part in ['', '.'])))
  .map(parts, parts.transformList(index, part,
    part != '..' && !parts.exists(end, other, other == '..' && end > index &&
      2 * parts.slice(index + 1, end + 1).filter(one, one == '..').size() > end - index),
    '/' + part).join('') + '/')
  .map(path, path.startsWith('/var/run/') ? path.substring(4) : path)
  .exists(path, path.startsWith(variables.comparedPath) || variables.comparedPath.startsWith(path)))`,
    },
  ];
}

function volumes(): Variable[] {
  return [
    {
      name: 'downwardVolumes',
      comment: 'Existing downwardAPI volumes that have as many files as the pod requests.',
      expression: `variables.volumes.filter(volume, has(volume.downwardAPI) &&
  volume.downwardAPI.?defaultMode.orValue(${DEFAULT_MODE}) == ${DEFAULT_MODE} &&
  volume.downwardAPI.?items.orValue([]).size() == variables.files.size())`,
    },
    {
      name: 'requiredMounts',
      comment: `The files that each of the unmountedContainers needs, with the resources of that container, and the name of their volume. The volume of the first container is named ${FIRST_VOLUME}, the volumes of the others are named after their container.`,
      expression: `variables.unmountedContainers.map(entry, {
  'entry': dyn(entry),
  'name': dyn(
    (variables.isShared || entry.path == variables.selectedContainers[0].path) && !(${FIRST_VOLUME} in variables.volumeNames)
      ? ${FIRST_VOLUME}
      : ${OTHER_VOLUMES} + (variables.isShared ? variables.unmountedContainers[0] : entry).container.name),
  'files': dyn(variables.files.map(file, !has(file.resourceFieldRef) ? file : {
    'path': dyn(file.path),
    'resourceFieldRef': dyn({
      'containerName': dyn(entry.container.name),
      'resource': dyn(file.resourceFieldRef.resource),
      'divisor': dyn(file.resourceFieldRef.divisor)
    })
  }))
})`,
    },
    {
      name: 'mounts',
      comment:
        'The requiredMounts, each with the existing volumes that contain exactly its files, and with a volume name that the pod does not have. The API server stores an omitted divisor as 0, which means 1.',
      expression: `variables.requiredMounts.map(mount, {
  'entry': dyn(mount.entry),
  'files': dyn(mount.files),
  'existing': dyn(variables.downwardVolumes.filter(volume, mount.files.all(file,
    volume.downwardAPI.items.exists(item, item == file ||
      has(item.resourceFieldRef) && has(file.resourceFieldRef) && !has(item.mode) &&
      item.path == file.path && file.resourceFieldRef.divisor == '1' &&
      item.resourceFieldRef.?divisor.orValue('0') == '0' &&
      item.resourceFieldRef.?containerName.orValue('') == mount.entry.container.name &&
      item.resourceFieldRef.resource == file.resourceFieldRef.resource)))),
  'name': dyn(!(mount.name in variables.volumeNames) ? mount.name :
    lists.range(variables.volumeNames.size())
      .map(number, mount.name + '-' + string(number + 2))
      .filter(name, !(name in variables.volumeNames))[0])
})`,
    },
    {
      name: 'newVolumes',
      comment: 'The mounts that need a new volume.',
      expression: `variables.mounts.transformList(index, mount,
  mount.existing.size() == 0 && (index == 0 || !variables.isShared), mount)`,
    },
  ];
}

function defaultModeOf({ downwardAPI }: Volume): string {
  return String(isObject(downwardAPI) ? downwardAPI['defaultMode'] : '');
}

/** CEL for the operations that add the missing metadata: lists to be concatenated. */
export function metadataOperations(): string[] {
  return [envOperations(), mountOperations(), volumeOperations()];
}

function envOperations(): string {
  return `variables.missing
  .map(target, has(target.entry.container.env)
    ? target.env.transformList(index, variable,
        JSONPatch{op: 'add', path: target.entry.path + '/env/' + string(index), value: variable})
    : [JSONPatch{op: 'add', path: target.entry.path + '/env', value: target.env}])
  .flatten()`;
}

function mountOperations(): string {
  const { name, ...rest } = toVolumeMount('<volume>', '<path>');
  const expressions = {
    '<volume>': 'mount.existing.size() > 0 ? mount.existing[0].name : mount.name',
    '<path>': 'variables.path',
  };
  const mount = celLiteral({ name, ...rest }, expressions, 2);
  return `variables.mounts
  .map(mount, {'entry': dyn(mount.entry), 'volumeMount': dyn(${mount})})
  .map(mount, has(mount.entry.container.volumeMounts)
    ? JSONPatch{op: 'add', path: mount.entry.path + '/volumeMounts/-', value: mount.volumeMount}
    : JSONPatch{op: 'add', path: mount.entry.path + '/volumeMounts', value: [mount.volumeMount]})`;
}

function volumeOperations(): string {
  const { name, downwardAPI } = toVolume('<volume>', [], '');
  const volume = celLiteral(
    { name, downwardAPI: { ...(isObject(downwardAPI) && downwardAPI), items: '<files>' } },
    { '<volume>': 'mount.name', '<files>': 'mount.files' },
  );
  return `(has(object.spec.volumes) || variables.newVolumes.size() + variables.newTokenVolumes.size() == 0 ? [] :
  [JSONPatch{op: 'add', path: '/spec/volumes', value: []}]) +
variables.newVolumes.map(mount, JSONPatch{op: 'add', path: '/spec/volumes/-', value:
  ${volume}})`;
}
