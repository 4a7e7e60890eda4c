import type { Reason } from '../core/decision/reasons.ts';
import type { Mend } from '../diagnosis/mend.ts';
import type { Misplaced } from '../diagnosis/misplaced.ts';
import type { Owner } from '../diagnosis/owner.ts';
import type { WhyNot } from '../diagnosis/why-not.ts';

/** Pods of one owner that lack what they ask for, for one reason. */
export interface AuditGroup {
  readonly namespace: string;
  readonly owner: Owner;
  readonly because: WhyNot;
  readonly pods: string[];
}

/** A workload whose annotations do not reach its pods. */
export interface MisplacedWish extends Misplaced {
  readonly namespace: string;
  readonly mend: Mend;
}

export interface AuditResult {
  /** The name of the config that it goes by. */
  readonly config: string;
  /** How many pods were looked at. */
  readonly pods: number;
  readonly groups: readonly AuditGroup[];
  /** How many pods cannot have what their namespace asks for, by the reason. */
  readonly byDesign: Readonly<Partial<Record<Reason, number>>>;
  readonly misplaced: readonly MisplacedWish[];
  /** What could not be looked at, and why. */
  readonly gaps: readonly string[];
}
