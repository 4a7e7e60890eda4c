import type { Mutation } from '../core/admission/mutation.ts';
import type { Json } from '../core/api/json.ts';
import type { Reason } from '../core/decision/reasons.ts';
import type { Explanation } from '../diagnosis/explanation.ts';
import type { Unknown } from '../diagnosis/known.ts';
import type { Misplaced } from '../diagnosis/misplaced.ts';
import type { Reach } from '../diagnosis/reach.ts';
import type { WhyNot } from '../diagnosis/why-not.ts';
import type { UsedConfig } from './used-config.ts';

/** A pod or workload, and all that there is to tell about it. */
export interface Explained {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly explanation: Explanation;
  readonly mutation: Mutation;
  /** The pod or pod template as it is, and as podherald would make it. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** What stands on the workload in vain, or on the one that a pod is of. */
  readonly misplaced?: Misplaced;
  /** Why it is not known what a pod is of. */
  readonly ownerUnknown?: string;
  /** Whether the webhook is asked where the pod is created; absent where no cluster was looked at. */
  readonly reach?: Reach | Unknown;
  /** Of a pod that exists. */
  readonly live?: {
    /** Why something is missing; absent where nothing is. */
    readonly because?: WhyNot;
    /** What its namespace asks for and it cannot have. */
    readonly byDesign: readonly Reason[];
    /** The status annotation. */
    readonly status?: string;
  };
}

/** What there is to tell about all that was asked for, and the config that it goes by. */
export interface ExplainedAll {
  readonly config: UsedConfig;
  readonly explained: readonly Explained[];
  /** What is to be told besides. */
  readonly notes: readonly string[];
}
