import { misplacedSentences } from '../diagnosis/misplaced.ts';
import { whyNotSentence } from '../diagnosis/why-not.ts';
import type { Explained } from './explained.ts';

/** One pod or workload, for programs: `-o json` and `-o yaml`. */
export function explainData(explained: Explained): object {
  const { kind, namespace, name, explanation, mutation, reach, live } = explained;
  const { misplaced, ownerUnknown } = explained;
  const { outcome, wishes, config, there, added, reasons } = explanation;
  return {
    object: { kind, namespace, name },
    outcome,
    ...(mutation.reason !== undefined && { reason: mutation.reason }),
    asks: wishes,
    config,
    ...(misplaced && { misplaced: { ...misplaced, messages: misplacedSentences(misplaced) } }),
    ...(ownerUnknown !== undefined && { ownerUnknown }),
    ...(reach && { webhook: reachData(reach) }),
    ...(live && { live: liveData(live) }),
    has: there,
    [live === undefined ? 'gets' : 'lacks']: added,
    reasons,
    patch: mutation.operations,
  };
}

function reachData(reach: NonNullable<Explained['reach']>): object {
  if ('unknown' in reach) return { asked: 'unknown', message: reach.unknown };
  if (!reach.asked) {
    const { because } = reach;
    return { asked: false, reason: because.reason, message: whyNotSentence(because) };
  }
  const { name, configuration, failurePolicy } = reach.by;
  const conditions = reach.unknownConditions;
  return {
    asked: true,
    name,
    configuration,
    failurePolicy,
    ...(conditions.length > 0 && { unknownMatchConditions: conditions }),
  };
}

function liveData({ because, byDesign, status }: NonNullable<Explained['live']>): object {
  return {
    missing: because !== undefined,
    ...(because && { reason: because.reason, message: whyNotSentence(because) }),
    ...(byDesign.length > 0 && { byDesign }),
    ...(status !== undefined && { status: parsed(status) }),
  };
}

/** What stands there, if it is no JSON: anybody may have written it. */
function parsed(status: string): unknown {
  try {
    return JSON.parse(status);
  } catch {
    return status;
  }
}
