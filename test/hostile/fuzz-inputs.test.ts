import { expect, it } from 'vitest';
import { applyEdit, type Edit, textOf } from '../../hack/fuzz/hostile-json.ts';

it('a value that the fuzzer inserts twice does not become its own member', () => {
  const value = { x: 1 };
  const insert = { kind: 'insert', key: 'k', value, times: 1 } as const;
  const edits: Edit[] = [
    { ...insert, at: 0 },
    { ...insert, at: 0.9 },
  ];

  expect(
    edits.reduce<unknown>((document, edit) => applyEdit(document as never, edit), { a: 1 }),
  ).toEqual({ a: 1, k: { x: 1, k: { x: 1 } } });
  expect(value).toEqual({ x: 1 });
});

it('a text of the fuzzer has a bounded length, however often a large value is repeated', () => {
  expect(textOf(Array(10_000).fill('@@long 20000@@')).length).toBeLessThanOrEqual(2_000_000);
});
