/**
 * Makes a text shorter by cutting parts of it while it still fails: halves first, then smaller parts
 * (delta debugging, Zeller 2002). fast-check knows how a text was generated, but not what it says.
 *
 * @param fails whether a text still fails.
 * @param mayContinue false when the time is over.
 */
export async function shortened(
  text: string,
  fails: (text: string) => Promise<boolean>,
  mayContinue: () => boolean,
): Promise<string> {
  let shortest = text;
  for (
    let size = Math.ceil(text.length / 2);
    size >= 1;
    size = size > 1 ? Math.ceil(size / 2) : 0
  ) {
    for (let at = 0; at < shortest.length; ) {
      if (!mayContinue()) return shortest;
      const candidate = shortest.slice(0, at) + shortest.slice(at + size);
      if (await fails(candidate)) shortest = candidate;
      else at += size;
    }
  }
  return shortest;
}
