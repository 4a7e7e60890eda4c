import { describe, expect, it } from 'vitest';
import type { Container, Volume } from '../../../src/core/api/pod.ts';
import {
  accessOf,
  freePort,
  isAmbassador,
  isConfinedTo,
  portOf,
  TOKEN_PATH,
} from '../../../src/core/decision/ambassador.ts';
import { ACCESSES } from '../../../src/core/decision/rules.ts';
import { proxyArguments } from '../../../src/core/injection/kubectl-proxy.ts';

const TOKEN: Volume = {
  name: 'ambassador-token',
  projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
};

const AMBASSADOR: Container = {
  name: 'ambassador',
  args: proxyArguments({ port: 8002, access: 'namespace', namespace: 'shop' }),
  restartPolicy: 'Always',
  volumeMounts: [{ name: TOKEN.name, mountPath: TOKEN_PATH }],
};

describe('isAmbassador()', () => {
  it('recognizes an ambassador by its name, its arguments and its token', () => {
    expect(isAmbassador(AMBASSADOR, [TOKEN])).toBe(true);
  });

  it.each([undefined, null])(
    'recognizes one that has lost its restartPolicy (%s)',
    (restartPolicy) => {
      expect(isAmbassador({ ...AMBASSADOR, restartPolicy } as Container, [TOKEN])).toBe(true);
    },
  );

  it.each<[string, Partial<Container>]>([
    ['another name', { name: 'proxy' }],
    ['another restartPolicy', { restartPolicy: 'OnFailure' }],
    ['other arguments', { args: ['get', 'pods'] }],
    ['no arguments', { args: null }],
    ['no token mount', { volumeMounts: [{ name: TOKEN.name, mountPath: '/data' }] }],
    ['no mounts', { volumeMounts: null }],
    [
      'the token mount of the API server',
      { volumeMounts: [{ name: 'kube-api-access-x', mountPath: TOKEN_PATH }] },
    ],
  ])('does not recognize a container with %s', (_, fields) => {
    const ofApiServer = { ...TOKEN, name: 'kube-api-access-x' };
    expect(isAmbassador({ ...AMBASSADOR, ...fields }, [TOKEN, ofApiServer])).toBe(false);
  });

  it.each<[string, Volume[] | null]>([
    ['missing', null],
    ['empty', [{ name: TOKEN.name, emptyDir: {} }]],
    [
      'projected without a token',
      [{ name: TOKEN.name, projected: { sources: [{ configMap: {} }] } }],
    ],
  ])('does not recognize a container whose token volume is %s', (_, volumes) => {
    expect(isAmbassador(AMBASSADOR, volumes)).toBe(false);
  });
});

describe('accessOf() and portOf()', () => {
  it.each(ACCESSES)('read the access %s and the port from the arguments', (access) => {
    const args = proxyArguments({ port: 8002, access, namespace: 'shop' });
    expect(accessOf({ name: 'ambassador', args })).toBe(access);
    expect(portOf({ name: 'ambassador', args })).toBe(8002);
  });

  it('read full access and no port from arguments without flags', () => {
    expect(accessOf({ name: 'ambassador', args: ['proxy'] })).toBe('full');
    expect(portOf({ name: 'ambassador', args: ['proxy'] })).toBeUndefined();
  });
});

describe('isConfinedTo()', () => {
  it('is true only for the namespace in the arguments', () => {
    expect(isConfinedTo('shop', AMBASSADOR)).toBe(true);
    expect(isConfinedTo('sho', AMBASSADOR)).toBe(false);
    expect(isConfinedTo('shop-2', AMBASSADOR)).toBe(false);
  });
});

describe('freePort()', () => {
  const declaring = (...ports: number[]): Container[] => [
    { name: 'app', ports: ports.map((containerPort) => ({ containerPort })) },
  ];

  it('is the preferred port if no container declares it', () => {
    expect(freePort(declaring(8002), 8001)).toBe(8001);
  });

  it('is the next port that no container declares', () => {
    expect(freePort([...declaring(8001), ...declaring(8002)], 8001)).toBe(8003);
  });

  it('continues with port 1024 after port 65535', () => {
    expect(freePort(declaring(65_535), 65_535)).toBe(1024);
  });
});
