import type { SelfManagedFlags } from '../../../src/cli/self-managed-flags.ts';
import type { SelfManagedExtras } from '../../../src/cli/self-managed-tls.ts';

/** What program.ts is given. */
export interface ProgramOptions {
  readonly flags: SelfManagedFlags;
  readonly extras: SelfManagedExtras;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
}
