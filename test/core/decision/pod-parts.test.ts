import { describe, expect, it } from 'vitest';
import {
  containerCause,
  podParts,
  selectedContainers,
} from '../../../src/core/decision/pod-parts.ts';
import { injectedPod, podWith } from '../pods.ts';

const POD = podWith(
  { 'inject-ambassador': 'true' },
  {
    containers: [{ name: 'app' }, { name: 'web' }],
    initContainers: [{ name: 'migrate' }, { name: 'mesh' }],
  },
);

const nameAndPosition = ({ container, at }: ReturnType<typeof podParts>['appContainers'][number]) =>
  `${container.name} at ${at.list}/${at.index}`;

describe('podParts()', () => {
  it('lists the containers first and then the init containers, with their positions', () => {
    const { ambassador, appContainers } = podParts(POD);
    expect(ambassador).toBeUndefined();
    expect(appContainers.map(nameAndPosition)).toEqual([
      'app at containers/0',
      'web at containers/1',
      'migrate at initContainers/0',
      'mesh at initContainers/1',
    ]);
  });

  it('recognizes the ambassador that podherald injected before', () => {
    const { ambassador, appContainers } = podParts(injectedPod(POD));
    expect(ambassador && nameAndPosition(ambassador)).toBe('ambassador at initContainers/0');
    expect(appContainers.map(nameAndPosition)).toEqual([
      'app at containers/0',
      'web at containers/1',
      'migrate at initContainers/1',
      'mesh at initContainers/2',
    ]);
  });

  it('recognizes its ambassador under its second name, beside a container named ambassador', () => {
    const pod = podWith(
      { 'inject-ambassador': 'true' },
      { containers: [{ name: 'ambassador' }], initContainers: null },
    );
    const { ambassador, appContainers } = podParts(injectedPod(pod));
    expect(ambassador?.container.name).toBe('podherald-ambassador');
    expect(appContainers.map(nameAndPosition)).toEqual(['ambassador at containers/0']);
  });

  it('takes a copy of the ambassador in `containers` for an app container', () => {
    const { spec } = injectedPod(POD);
    const [sidecar, ...initContainers] = spec.initContainers ?? [];
    if (sidecar === undefined) throw new Error('expected an ambassador');
    const moved = { spec: { ...spec, initContainers, containers: [sidecar] } };
    const { ambassador, appContainers } = podParts(moved);
    expect(ambassador).toBeUndefined();
    expect(appContainers.map(({ container }) => container)).toContain(sidecar);
  });
});

describe('selectedContainers()', () => {
  it('returns the app containers that are selected, never the ambassador', () => {
    const parts = podParts(injectedPod(POD));
    const namesOf = (...selection: Parameters<typeof selectedContainers>) =>
      selectedContainers(...selection).map(({ container }) => container.name);
    expect(namesOf(parts, { kind: 'only', names: new Set(['mesh', 'app', 'ambassador']) })).toEqual(
      ['app', 'mesh'],
    );
    expect(namesOf(parts, { kind: 'except', names: new Set(['web']) })).toEqual([
      'app',
      'migrate',
      'mesh',
    ]);
  });
});

describe('containerCause()', () => {
  it('is the path of the container, or of a field of it', () => {
    const mesh = podParts(POD).appContainers[3];
    if (mesh === undefined) throw new Error('expected four containers');
    const path = ['spec', 'initContainers', 1];
    expect(containerCause(mesh)).toEqual({ kind: 'field', path });
    expect(containerCause(mesh, 'env')).toEqual({ kind: 'field', path: [...path, 'env'] });
  });
});
