import { describe, expect, it } from 'vitest';
import { type Alive, watched } from '../../src/cluster/watchdog.ts';
import { fakeClock } from './fake-clock.ts';

const NEVER = new AbortController().signal;

/** A request that runs until it is aborted; `alive` is its sign of life. */
function watchedSilence(limitMs: number, outer: AbortSignal = NEVER) {
  const clock = fakeClock();
  let alive: Alive = () => {};
  const ended = watched(clock, outer, limitMs, (signal, report) => {
    alive = report;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  }).catch((error: Error) => error.message);
  const isOver = async () => (await Promise.race([ended, Promise.resolve('')])) !== '';
  return { clock, ended, isOver, alive: (nextMs?: number) => alive(nextMs) };
}

describe('a watchdog', () => {
  it('ends a request that is silent for its limit', async () => {
    const { clock, ended, isOver } = watchedSilence(1000);
    clock.pass(999);
    expect(await isOver()).toBe(false);
    clock.pass(1);

    expect(await ended).toBe('the API server sent nothing for 1000 ms');
    expect(clock.limits).toBe(0);
  });

  it('counts from the last sign of life', async () => {
    const { clock, ended, alive, isOver } = watchedSilence(1000);
    clock.pass(900);
    alive();
    clock.pass(999);
    expect(await isOver()).toBe(false);
    clock.pass(1);

    expect(await ended).toBe('the API server sent nothing for 1000 ms');
  });

  it.each([
    ['longer', 5000],
    ['shorter', 100],
  ])('takes a %s limit from a sign of life on', async (_name, limitMs) => {
    const { clock, ended, alive, isOver } = watchedSilence(1000);
    alive(limitMs);
    clock.pass(limitMs - 1);
    expect(await isOver()).toBe(false);
    clock.pass(1);

    expect(await ended).toBe(`the API server sent nothing for ${limitMs} ms`);
  });

  it('does not disturb a request that ends by itself', async () => {
    const clock = fakeClock();

    expect(await watched(clock, NEVER, 1000, async () => 'done')).toBe('done');
    await expect(
      watched(clock, NEVER, 1000, async () => Promise.reject(new Error('its own'))),
    ).rejects.toThrow('its own');
    expect(clock.limits).toBe(0);
  });

  it('ends a request when the outer signal aborts', async () => {
    const stopping = new AbortController();
    const { ended } = watchedSilence(1000, stopping.signal);
    stopping.abort(new Error('stopping'));

    expect(await ended).toBe('stopping');
  });

  it('does not start a request that was aborted before', async () => {
    const { ended } = watchedSilence(1000, AbortSignal.abort(new Error('stopped')));

    expect(await Promise.race([ended, Promise.resolve('runs')])).toBe('runs');
  });
});
