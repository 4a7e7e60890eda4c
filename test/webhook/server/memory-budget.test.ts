import { describe, expect, it } from 'vitest';
import { MemoryBudget, type MemoryShare } from '../../../src/webhook/server/memory-budget.ts';

/** A budget of 100 bytes, and the names of the requests that it cut. */
function budgetOf100() {
  const budget = new MemoryBudget(100);
  const cut: string[] = [];
  const open = (name: string): MemoryShare => budget.open(() => void cut.push(name));
  return { budget, cut, open };
}

describe('the memory of all requests together', () => {
  it('is what they use now', () => {
    const { budget, open } = budgetOf100();
    const [one, other] = [open('one'), open('other')];
    one.use(10);
    other.use(20);
    one.use(5);

    expect(budget.bytes).toBe(25);

    one.release();
    one.release();

    expect(budget.bytes).toBe(20);
  });

  it('cuts nobody up to the limit', () => {
    const { cut, open } = budgetOf100();
    open('one').use(50);
    open('other').use(50);

    expect(cut).toEqual([]);
  });

  it('cuts the oldest requests until it is within the limit', () => {
    const { budget, cut, open } = budgetOf100();
    open('first').use(30);
    open('second').use(30);
    open('third').use(30);
    open('fourth').use(60);

    expect(cut).toEqual(['first', 'second']);
    expect(budget.bytes).toBe(90);
  });

  it('cuts the request itself if it is the oldest', () => {
    const { budget, cut, open } = budgetOf100();
    const first = open('first');
    open('second').use(10);
    first.use(101);
    first.use(101);

    expect(cut).toEqual(['first']);
    expect(budget.bytes).toBe(10);
  });

  it('cuts no request that waits for podherald', () => {
    const { cut, open } = budgetOf100();
    const held = open('held');
    held.use(90);
    held.isHeld = true;
    open('new').use(20);

    expect(cut).toEqual(['new']);

    held.isHeld = false;
    open('newer').use(20);

    expect(cut).toEqual(['new', 'held']);
  });
});
