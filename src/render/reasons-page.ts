import { OUTCOMES } from '../core/admission/mutation.ts';
import { REASON_KINDS, REASONS } from '../core/decision/reasons.ts';
import { WHY_NOT } from '../diagnosis/why-not.ts';
import { GENERATED, table } from './markdown.ts';

/** docs/reference/reasons.md, from the catalogue. */
export function reasonsPage(): string {
  const outcomes = Object.entries(OUTCOMES).map(([outcome, doc]) => [`\`${outcome}\``, doc]);
  const reasons = Object.entries(REASONS).map(([reason, { kind, sentence }]) => [
    `\`${reason}\``,
    kind,
    `\`${sentence}\``,
  ]);
  const kinds = Object.entries(REASON_KINDS).map(([kind, doc]) => `- **${kind}**: ${doc}`);
  const whys = Object.entries(WHY_NOT).map(([why, sentence]) => [`\`${why}\``, `\`${sentence}\``]);
  return `${GENERATED}
# Outcomes and reasons

Every review ends in one outcome.

${table(['outcome', 'means'], outcomes)}

Each thing that was not injected, or otherwise than asked, has one reason. The same words appear as warnings of \`kubectl\`,
in the pod's annotation \`podherald.dev/status\`, in the API server's audit annotations, in the log (sentences only at level
debug, as they quote the pod's text) and as labels of \`podherald_reviews_total\`. Where several apply to one review, the
first of this table is the label.

${table(['reason', 'kind', 'sentence'], reasons)}

${kinds.join('\n')}

## Why a pod that exists lacks what it asks for

\`podherald audit\` and \`podherald explain\` name the likeliest reason, with \`-o json\` as \`reason\`.

${table(['reason', 'sentence'], whys)}
`;
}
