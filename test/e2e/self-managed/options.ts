import type { SelfManagedExtras, SelfManagedNames } from '../../../src/cli/self-managed-tls.ts';

/** What program.ts is given. */
export interface ProgramOptions {
  readonly names: SelfManagedNames;
  readonly extras: SelfManagedExtras;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
}
