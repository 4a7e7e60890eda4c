import type { Attack } from './attack.ts';
import { CONNECTIONS } from './connections.ts';
import { METHODS } from './methods.ts';
import { PATHS } from './paths.ts';
import { REQUESTS } from './requests.ts';
import { RIGHTS } from './rights.ts';
import { WANTED } from './wanted.ts';

export const TABLE: readonly Attack[] = [
  ...WANTED,
  ...METHODS,
  ...CONNECTIONS,
  ...PATHS,
  ...REQUESTS,
  ...RIGHTS,
];
