import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { IncomingReview } from '../../../src/webhook/server/incoming-review.ts';
import { MemoryBudget } from '../../../src/webhook/server/memory-budget.ts';

const KIB = 1024;

function start(limitBytes: number) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const budget = new MemoryBudget(limitBytes);
  const open = () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    return { response, incoming: new IncomingReview(response, budget) };
  };
  return { budget, open };
}

/** A body that has arrived in these chunks. */
function bodyOf(...chunks: string[]): PassThrough {
  const stream = new PassThrough();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return stream;
}

describe('a request', () => {
  it.each([
    ['one chunk', ['abc']],
    ['several chunks', ['a', 'b'.repeat(100 * KIB), 'c'.repeat(100 * KIB)]],
  ])('has its body, which came in %s', async (_, chunks) => {
    const { incoming } = start(1024 * KIB).open();
    await incoming.receive(bodyOf(...chunks), chunks.join('').length);

    expect(incoming.body?.toString()).toBe(chunks.join(''));
  });

  it('is rejected if its body comes in more than 10,000 pieces', async () => {
    const { incoming } = start(1024 * KIB).open();
    const stream = new PassThrough();
    const received = incoming.receive(stream, 20_000);
    stream.on('resume', () => {
      for (let piece = 0; piece < 10_001; piece++) stream.emit('data', Buffer.from('a'));
    });

    await expect(received).rejects.toMatchObject({ statusCode: 413 });
  });

  it('takes memory until its response is closed', async () => {
    const { budget, open } = start(1024 * KIB);
    const { response, incoming } = open();

    expect(budget.bytes).toBe(16 * KIB);

    await incoming.receive(bodyOf('a', 'b'), undefined);

    expect(budget.bytes).toBe((16 + 64) * KIB);

    incoming.answer(5);

    expect(budget.bytes).toBe(16 * KIB + 5);

    response.emit('close');

    expect(budget.bytes).toBe(0);
  });

  it('is not stopped by the time while podherald works on it', async () => {
    const { incoming } = start(1024 * KIB).open();
    await incoming.receive(bodyOf('a', 'b'), 2);
    vi.advanceTimersByTime(10_000);

    expect(incoming.body?.toString()).toBe('ab');
  });

  it('is ended if its response is not received within 10 seconds', async () => {
    const { response, incoming } = start(1024 * KIB).open();
    await incoming.receive(bodyOf('abc'), 3);
    vi.advanceTimersByTime(9_000);
    incoming.answer(5);
    vi.advanceTimersByTime(9_999);

    expect(response.destroyed).toBe(false);

    vi.advanceTimersByTime(1);

    expect(response.destroyed).toBe(true);
  });

  it('is ended if its unread response takes the memory that newer requests need', async () => {
    const { open } = start(100 * KIB);
    const { response, incoming } = open();
    await incoming.receive(bodyOf('abc'), 3);
    incoming.answer(60 * KIB);
    open();

    expect(response.destroyed).toBe(false);

    open();

    expect(response.destroyed).toBe(true);
  });

  it('is rejected if it alone takes too much memory', async () => {
    const { incoming } = start(50 * KIB).open();

    await expect(incoming.receive(bodyOf('a', 'b'), 2)).rejects.toMatchObject({ statusCode: 503 });
    expect(incoming.body).toBeUndefined();
  });

  it.each([
    ['shorter', 4],
    ['longer', 2],
  ])('is rejected if its body is not as long as announced, but %s', async (_, announced) => {
    const { incoming } = start(1024 * KIB).open();

    await expect(incoming.receive(bodyOf('abc'), announced)).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});
