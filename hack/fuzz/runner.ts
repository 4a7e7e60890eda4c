import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Problem, Target } from '../../test/support/hostile.ts';
import type { Answer } from './subject.ts';

/** What one input may use. The memory limit of the manifests is 384 MiB for the whole process. */
const HEAP_LIMIT_MIB = 300;

/** Many times the CPU limit, because other processes may use the cores too. */
const ANSWER_LIMIT_MS = 30_000;

/** The end of what the child writes to standard error before it dies. */
const STDERR_CHARACTERS = 2000;

/** Runs inputs in a child process, and starts another one when an input has ended it. */
export interface Runner {
  /** @returns the promises that the input breaks; the end of the child is one of them. */
  run(target: Target, input: string): Promise<readonly Problem[]>;
  stop(): void;
}

export function startRunner(): Runner {
  let child: Promise<Subject> | undefined;
  const stop = (): void => {
    void child?.then((subject) => subject.process.kill('SIGKILL'));
    child = undefined;
  };
  return {
    async run(target, input) {
      child ??= startSubject();
      const answer = await ask(await child, target, input);
      if (answer.ended) stop();
      return answer.problems;
    },
    stop,
  };
}

interface Subject {
  readonly process: ChildProcess;
  stderr(): string;
}

async function startSubject(): Promise<Subject> {
  const script = fileURLToPath(new URL('./subject.ts', import.meta.url));
  const child = fork(script, [], {
    execArgv: [`--max-old-space-size=${HEAP_LIMIT_MIB}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-STDERR_CHARACTERS);
  });
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (first !== 'ready') throw new Error(`the child process does not start:\n${stderr}`);
  return { process: child, stderr: () => stderr };
}

async function ask(
  { process: child, stderr }: Subject,
  target: Target,
  input: string,
): Promise<Answer & { readonly ended: boolean }> {
  const { promise, resolve } = Promise.withResolvers<Answer & { readonly ended: boolean }>();
  const end = (broken: string, detail: string): void =>
    resolve({ problems: [{ promise: broken, detail }], ended: true });
  const onMessage = (answer: Answer): void => resolve({ ...answer, ended: false });
  const onExit = (code: number | null, signal: string | null): void => {
    const isHeap = stderr().includes('heap');
    const broken = isHeap ? `exhausts a heap of ${HEAP_LIMIT_MIB} MiB` : 'ends the process';
    end(broken, `exit code ${code}, signal ${signal}: ${stderr().trim().slice(0, 500)}`);
  };
  const limit = setTimeout(
    () => end(`takes more than ${ANSWER_LIMIT_MS / 1000} s`, 'no answer'),
    ANSWER_LIMIT_MS,
  );
  child.once('message', onMessage);
  child.once('exit', onExit);
  child.send({ target, input });
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    child.off('message', onMessage);
    child.off('exit', onExit);
  }
}
