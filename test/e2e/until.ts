/** Does something over and over until its result is what one waits for. What fails once, fails. */
export async function until<T>(
  seconds: number,
  doIt: () => Promise<T>,
  isDone: (result: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const result = await doIt();
    if (isDone(result)) return result;
    if (performance.now() > deadline) {
      throw new Error(`in ${seconds} s not what was waited for, but ${JSON.stringify(result)}`);
    }
  }
}
