import fc from 'fast-check';
import jsonpatch from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/api/json.ts';
import type { AddOperation } from '../../src/core/api/json-patch.ts';
import {
  addValues,
  applyOperations,
  removeValues,
  valueAtPointer,
} from '../../src/manifests/edit-json.ts';

function add(path: string, value: Json): AddOperation {
  return { op: 'add', path, value };
}

describe('addValues', () => {
  it.each<[string, Json, AddOperation[]]>([
    ['a key', { a: 1 }, [add('/b', 2)]],
    ['a value at a key that exists', { a: 1 }, [add('/a', 2)]],
    ['an item before another one', { a: [1, 2] }, [add('/a/1', 9)]],
    ['an item at the end', { a: [1] }, [add('/a/-', 2), add('/a/2', 3)]],
    ['to a value that an earlier operation adds', {}, [add('/a', []), add('/a/0', {})]],
    ['a key with a slash and a tilde', {}, [add('/a~1b~0c', 1)]],
    ['the whole document', { a: 1 }, [add('', [2])]],
  ])('adds %s as fast-json-patch does', (_, document, operations) => {
    const copy = structuredClone({ document, operations });
    const { newDocument } = jsonpatch.applyPatch(copy.document, copy.operations, true);

    expect(addValues(document, operations)).toEqual(newDocument);
    expect(applyOperations(document, operations)).toEqual(newDocument);
  });

  it.each([
    ['addValues', addValues],
    ['applyOperations', applyOperations],
  ])('keeps the document that it is given, as %s does too', (_, apply) => {
    const document = { a: [{ b: 1 }] };
    apply(document, [add('/a/0/c', 2), add('/a/-', 3)]);

    expect(document).toEqual({ a: [{ b: 1 }] });
  });

  it('adds a key called __proto__', () => {
    const result = addValues({}, [add('/__proto__', { a: 1 })]);

    expect(Object.entries(result)).toEqual([['__proto__', { a: 1 }]]);
  });

  it.each(['/a/b', '/c/d', '/l/1/x'])('throws if there is nothing to add to at %s', (path) => {
    expect(() => addValues({ a: 1, l: [{}] }, [add(path, 1)])).toThrow(path);
  });
});

describe('removeValues', () => {
  it('counts the removed items in the indexes of the others', () => {
    expect(removeValues([0, 1, 2, 3], ['/0', '/2'])).toEqual([1, 3]);
  });

  it('removes values at different depths', () => {
    const document = { a: { b: [1, 2], c: 3 }, d: 4 };

    expect(removeValues(document, ['/a/b/0', '/d'])).toEqual({ a: { b: [2], c: 3 } });
  });

  it('undoes an addition', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.nat(20), fc.jsonValue(), (list, at, value) => {
        const index = Math.min(at, list.length);
        const path = `/list/${index}`;
        const longer = applyOperations({ list }, [add(path, value as Json)]);

        expect(valueAtPointer(longer as unknown as Json, path)).toEqual(value);
        expect(removeValues(longer, [path])).toEqual({ list });
      }),
    );
  });
});
