/**
 * The child process of the fuzzer: checks one input after another. It has a heap limit of its own,
 * so that an input that exhausts it ends this process only.
 */
import { checkInput, type Problem, type Target } from '../../test/support/hostile.ts';

export interface Task {
  readonly target: Target;
  readonly input: string;
}

export interface Answer {
  readonly problems: readonly Problem[];
}

process.on('message', async ({ target, input }: Task) => {
  process.send?.({ problems: await checkInput(target, input) } satisfies Answer);
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
